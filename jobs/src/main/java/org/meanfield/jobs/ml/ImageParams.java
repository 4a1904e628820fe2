package org.meanfield.jobs.ml;

import java.io.Serializable;
import java.util.Arrays;
import java.util.List;
import org.apache.spark.ml.param.Param;
import org.apache.spark.ml.param.Params;
import org.apache.spark.sql.types.StructType;
import org.meanfield.jobs.spark.ImageColumn;

/** The parameters of every stage that gives images to a network. */
final class ImageParams implements Serializable {
  private static final long serialVersionUID = 1L;

  final Param<String> imageCol;
  final Param<String> handleInvalid;

  private final Params owner;

  ImageParams(Params owner, ParamList list) {
    this.owner = owner;
    imageCol =
        list.addText(
            "imageCol",
            "Column with the images: encoded bytes (binary, as content of Spark's binaryFile), a"
                + " struct with such a field bytes or content, or the struct of Spark's image"
                + " source.",
            "image");
    handleInvalid =
        list.addChoice(
            "handleInvalid",
            "What transform does with an image that cannot be read: keep the row, with nulls and a"
                + " reason; skip the row; or end with an error.",
            List.of("keep", "skip", "error"));
    list.addSettings(DeclaredSettings.SCORING);
  }

  String of(Param<String> param) {
    return owner.getOrDefault(param);
  }

  /**
   * The column with the images.
   *
   * @throws IllegalArgumentException where the schema has none of that name or type, as Spark's own
   *     stages throw
   */
  ImageColumn column(StructType schema) {
    String name = of(imageCol);
    List<String> present = Arrays.asList(schema.fieldNames());
    if (!present.contains(name)) {
      throw new IllegalArgumentException(
          "There is no column '"
              + name
              + "', there are "
              + present
              + "; name the one with the images in imageCol");
    }
    return ImageColumn.of(name, schema.apply(name).dataType())
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    ImageColumn.refusal(name, schema.apply(name).dataType())));
  }

  /** How rows of a schema become pixels. */
  RowImages images(StructType schema) {
    ImageColumn image = column(schema);
    return new RowImages(
        image.form(), schema.fieldIndex(image.name()), number("predictMaxPixels").longValue());
  }

  /** Images in a forward pass. */
  int batchSize() {
    return number("predictBatchSize").intValue();
  }

  private Number number(String name) {
    return (Number) owner.getOrDefault(owner.getParam(name));
  }
}
