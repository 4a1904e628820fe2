package org.meanfield.jobs.ingest;

import java.io.FileNotFoundException;
import java.io.UncheckedIOException;
import java.util.List;
import org.apache.spark.api.java.function.Function;
import org.apache.spark.sql.Row;
import org.meanfield.error.SettingsException;
import org.meanfield.image.BadImageException;
import org.meanfield.image.PngEncoder;
import org.meanfield.jobs.spark.ImageColumn;
import org.meanfield.jobs.storage.ExecutorStorage;

/** Turns rows of origin, image, label and split into source images. */
final class TabularImages {
  /** Columns that are taken for the image where nobody names one, in this order. */
  static final List<String> IMAGE_COLUMNS =
      List.of("image", "content", "bytes", "path", "file", "filename");

  private TabularImages() {}

  /**
   * A path in a table: absolute, or relative to the table's folder.
   *
   * @param folder without a slash at its end
   */
  static String resolve(String folder, String path) {
    return path.startsWith("/") || path.matches("[A-Za-z][A-Za-z0-9+.-]*:.*")
        ? path
        : folder + "/" + path;
  }

  /** What reads rows whose image is no path. */
  static Function<Row, SourceImage> reader(ImageColumn image) {
    return image.form() == ImageColumn.Form.PIXELS ? new FromSparkImage() : new FromBytes();
  }

  /** Rows whose image is its encoded bytes. */
  record FromBytes() implements Function<Row, SourceImage> {
    private static final long serialVersionUID = 1L;

    @Override
    public SourceImage call(Row row) {
      byte[] encoded = row.isNullAt(1) ? null : row.<byte[]>getAs(1);
      return encoded == null
          ? SourceImage.unreadable(
              row.getString(0), "The image is null", row.getString(2), row.getString(3))
          : SourceImage.readable(row.getString(0), encoded, row.getString(2), row.getString(3));
    }
  }

  /** Rows whose image is a path. */
  record FromPath(ExecutorStorage storage, String folder) implements Function<Row, SourceImage> {
    private static final long serialVersionUID = 1L;

    @Override
    public SourceImage call(Row row) {
      String path = row.isNullAt(1) ? "" : row.getString(1).strip();
      String label = row.getString(2);
      String split = row.getString(3);
      if (path.isEmpty()) {
        return SourceImage.unreadable(row.getString(0), "The path is empty", label, split);
      }
      try {
        byte[] encoded = storage.storage().read(resolve(folder, path));
        return SourceImage.readable(row.getString(0), encoded, label, split);
      } catch (UncheckedIOException e) {
        if (e.getCause() instanceof FileNotFoundException) {
          return SourceImage.unreadable(row.getString(0), e.getMessage(), label, split);
        }
        throw e;
      } catch (SettingsException e) {
        return SourceImage.unreadable(row.getString(0), e.getMessage(), label, split);
      }
    }
  }

  /** Rows whose image is Spark's image struct: decoded pixels. */
  record FromSparkImage() implements Function<Row, SourceImage> {
    private static final long serialVersionUID = 1L;

    @Override
    public SourceImage call(Row row) {
      String label = row.getString(2);
      String split = row.getString(3);
      if (row.isNullAt(1)) {
        return SourceImage.unreadable(row.getString(0), "The image is null", label, split);
      }
      try {
        byte[] png = PngEncoder.encode(ImageColumn.pixels(row.getStruct(1)));
        return SourceImage.readable(row.getString(0), png, label, split);
      } catch (BadImageException e) {
        return SourceImage.unreadable(row.getString(0), e.getMessage(), label, split);
      }
    }
  }

  /** Rows with a weight in text behind the other columns. */
  record Weighing(Function<Row, SourceImage> reader) implements Function<Row, SourceImage> {
    private static final long serialVersionUID = 1L;

    @Override
    public SourceImage call(Row row) throws Exception {
      return reader.call(row).weighing(row.getString(4));
    }
  }
}
