package org.meanfield.jobs.spark;

import java.io.Serializable;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.types.BinaryType;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.StructType;
import org.meanfield.image.BadImageException;
import org.meanfield.image.BadImageException.Reason;
import org.meanfield.image.PixelImage;
import org.meanfield.jobs.storage.NamedColumn;

/**
 * A column with images in one of the forms in which Spark's programs have them.
 *
 * @param name of the column
 * @param form what lies in it
 */
public record ImageColumn(String name, Form form) implements Serializable {
  private static final List<String> SPARK_IMAGE = List.of("height", "width", "nChannels", "data");

  /** What lies in the column. */
  public enum Form {
    /** The encoded image, as in the column {@code content} of Spark's source {@code binaryFile}. */
    ENCODED,
    /** A struct with the encoded image in its field {@code bytes}. */
    BYTES_FIELD,
    /**
     * A struct with the encoded image in its field {@code content}: a row of {@code binaryFile}.
     */
    CONTENT_FIELD,
    /** A struct of decoded pixels, as Spark's source {@code image} gives them. */
    PIXELS
  }

  /** The column's form by its type; empty where that is none of an image. */
  public static Optional<ImageColumn> of(String name, DataType type) {
    if (type instanceof BinaryType) {
      return Optional.of(new ImageColumn(name, Form.ENCODED));
    }
    if (!(type instanceof StructType struct)) {
      return Optional.empty();
    }
    List<String> fields = Arrays.asList(struct.fieldNames());
    if (fields.containsAll(SPARK_IMAGE)) {
      return Optional.of(new ImageColumn(name, Form.PIXELS));
    }
    if (isBinary(struct, fields, "bytes")) {
      return Optional.of(new ImageColumn(name, Form.BYTES_FIELD));
    }
    return isBinary(struct, fields, "content")
        ? Optional.of(new ImageColumn(name, Form.CONTENT_FIELD))
        : Optional.empty();
  }

  /** The message where {@link #of} finds no image. */
  public static String refusal(String name, DataType type) {
    return "The column '"
        + name
        + "' is "
        + type.simpleString()
        + "; expected images: binary with an encoded image, a struct with such a field 'bytes' or"
        + " 'content', or the struct of Spark's image source";
  }

  /** The encoded bytes or the struct of pixels, for a query. */
  public Column value() {
    Column column = NamedColumn.of(name);
    return switch (form) {
      case ENCODED, PIXELS -> column;
      case BYTES_FIELD -> column.getField("bytes").as("image");
      case CONTENT_FIELD -> column.getField("content").as("image");
    };
  }

  /**
   * The pixels of a struct of Spark's image source, colour as red, green, blue, without alpha.
   *
   * @throws BadImageException where its fields contradict each other, as in the row that Spark
   *     makes of a file that it cannot decode
   */
  public static PixelImage pixels(Row image) {
    int height = image.<Integer>getAs("height");
    int width = image.<Integer>getAs("width");
    int channels = image.<Integer>getAs("nChannels");
    byte[] data = image.getAs("data");
    if ((channels != 1 && channels != 3 && channels != 4)
        || height < 1
        || width < 1
        || data == null
        || data.length != (long) height * width * channels) {
      throw new BadImageException(
          Reason.UNDECODABLE,
          "A Spark image of " + height + "x" + width + "x" + channels + " without its pixels");
    }
    if (channels == 1) {
      return new PixelImage(height, width, 1, data.clone());
    }
    byte[] rgb = new byte[height * width * 3];
    for (int pixel = 0; pixel < height * width; pixel++) {
      for (int channel = 0; channel < 3; channel++) {
        rgb[3 * pixel + channel] = data[channels * pixel + 2 - channel]; // Spark has blue first
      }
    }
    return new PixelImage(height, width, 3, rgb);
  }

  private static boolean isBinary(StructType struct, List<String> fields, String field) {
    return fields.contains(field) && struct.apply(field).dataType() instanceof BinaryType;
  }
}
