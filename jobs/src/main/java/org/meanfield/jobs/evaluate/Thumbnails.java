package org.meanfield.jobs.evaluate;

import static org.apache.spark.sql.functions.col;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.spark.sql.Row;
import org.meanfield.data.ImageSpec;
import org.meanfield.data.Normalization;
import org.meanfield.data.ResizePolicy;
import org.meanfield.data.Split;
import org.meanfield.evaluate.Mistake;
import org.meanfield.evaluate.report.Picture;
import org.meanfield.image.ImageDecoder;
import org.meanfield.image.PixelImage;
import org.meanfield.image.PngEncoder;
import org.meanfield.image.Resizer;
import org.meanfield.jobs.spark.Parcel;
import org.meanfield.jobs.storage.DatasetFiles;
import scala.Tuple2;

/** Fetches small pictures of a few examples: decoded and shrunk where the data lie. */
final class Thumbnails {
  /** Pixels of the longer side; smaller images keep their size. */
  private static final int LONGEST_SIDE = 160;

  private static final int CHANNELS = 3;

  private Thumbnails() {}

  /** Picture by example id. */
  static Map<String, Picture> of(DatasetFiles data, Split split, List<Mistake> mistakes) {
    Map<String, Picture> pictures = new TreeMap<>();
    if (!mistakes.isEmpty()) {
      Object[] ids = mistakes.stream().map(Mistake::id).toArray();
      data.split(split)
          .select(DatasetFiles.ID, DatasetFiles.IMAGE)
          .where(col(DatasetFiles.ID).isin(ids))
          .javaRDD()
          .map(Thumbnails::picture)
          .collect()
          .forEach(entry -> pictures.put(entry._1(), entry._2().open()));
    }
    return pictures;
  }

  private static Tuple2<String, Parcel<Picture>> picture(Row row) {
    PixelImage image = ImageDecoder.decode(row.<byte[]>getAs(1), CHANNELS);
    PixelImage small = shrink(image);
    byte[] png = PngEncoder.encodeCompressed(small);
    Picture picture = Picture.ofPng(small.width(), small.height(), png);
    return new Tuple2<>(row.getString(0), Parcel.of(picture));
  }

  private static PixelImage shrink(PixelImage image) {
    int longest = Math.max(image.height(), image.width());
    if (longest <= LONGEST_SIDE) {
      return image;
    }
    int height = Math.max(1, image.height() * LONGEST_SIDE / longest);
    int width = Math.max(1, image.width() * LONGEST_SIDE / longest);
    return Resizer.fit(
        image,
        new ImageSpec(
            height, width, CHANNELS, ResizePolicy.STRETCH, Normalization.unitRange(CHANNELS)));
  }
}
