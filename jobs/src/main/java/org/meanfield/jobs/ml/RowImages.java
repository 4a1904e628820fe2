package org.meanfield.jobs.ml;

import java.io.Serializable;
import org.apache.spark.sql.Row;
import org.meanfield.data.ImageSpec;
import org.meanfield.image.BadImageException;
import org.meanfield.image.BadImageException.Reason;
import org.meanfield.image.ImageDecoder;
import org.meanfield.image.ImagePreparation;
import org.meanfield.image.PixelImage;
import org.meanfield.image.Resizer;
import org.meanfield.jobs.spark.ImageColumn;

/**
 * From a row to the pixels that a network is fed.
 *
 * @param form what lies in the column
 * @param position of the column in the row
 * @param maxPixels height times width above which an image is refused
 */
record RowImages(ImageColumn.Form form, int position, long maxPixels) implements Serializable {

  /**
   * The image at the network's size.
   *
   * @throws BadImageException for any image that cannot be used: none may end a task
   */
  PixelImage of(Row row, ImageSpec spec) {
    if (row.isNullAt(position)) {
      throw new BadImageException(Reason.EMPTY, "The image is null");
    }
    try {
      return switch (form) {
        case ENCODED -> decode(row.<byte[]>getAs(position), spec);
        case BYTES_FIELD -> decode(row.getStruct(position).getAs("bytes"), spec);
        case CONTENT_FIELD -> decode(row.getStruct(position).getAs("content"), spec);
        case PIXELS -> fit(ImageColumn.pixels(row.getStruct(position)), spec);
      };
    } catch (BadImageException e) {
      throw e;
    } catch (RuntimeException e) {
      // A decoder's defect must cost one image, not the whole job.
      throw new BadImageException(Reason.UNDECODABLE, "The decoder failed: " + e, e);
    }
  }

  private PixelImage decode(byte[] encoded, ImageSpec spec) {
    if (encoded == null) {
      throw new BadImageException(Reason.EMPTY, "The image is null");
    }
    return ImagePreparation.prepare(encoded, spec, maxPixels);
  }

  private PixelImage fit(PixelImage image, ImageSpec spec) {
    if ((long) image.height() * image.width() > maxPixels) {
      throw new BadImageException(
          Reason.TOO_LARGE,
          image.height()
              + "x"
              + image.width()
              + " pixels are more than the "
              + maxPixels
              + " allowed");
    }
    return Resizer.fit(ImageDecoder.withChannels(image, spec.channels()), spec);
  }
}
