package org.meanfield.jobs.ml;

import static org.apache.spark.sql.functions.array;
import static org.apache.spark.sql.functions.bit_xor;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.concat;
import static org.apache.spark.sql.functions.count;
import static org.apache.spark.sql.functions.element_at;
import static org.apache.spark.sql.functions.expr;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.max;
import static org.apache.spark.sql.functions.min;
import static org.apache.spark.sql.functions.monotonically_increasing_id;
import static org.apache.spark.sql.functions.sum;
import static org.apache.spark.sql.functions.when;
import static org.apache.spark.sql.functions.xxhash64;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.spark.ml.attribute.Attribute;
import org.apache.spark.ml.attribute.NominalAttribute;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.types.BooleanType;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.NumericType;
import org.apache.spark.sql.types.StringType;
import org.apache.spark.sql.types.StructType;
import org.meanfield.data.ImageFiles;
import org.meanfield.data.Sha256;
import org.meanfield.data.Split;
import org.meanfield.error.DataException;
import org.meanfield.jobs.spark.ImageColumn;
import org.meanfield.jobs.storage.DatasetFiles;
import org.meanfield.jobs.storage.ImagesInPlace;
import org.meanfield.jobs.storage.NamedColumn;

/**
 * Which columns of a DataFrame hold images, classes, weights and what is validated on, and what
 * ingest makes its data set of.
 *
 * @param imageCol see {@link ImageColumn}
 * @param labelCol text or a number
 * @param weightCol a number of 0 or more; empty for none
 * @param validationCol boolean; empty for none
 */
record LabelledRows(String imageCol, String labelCol, String weightCol, String validationCol) {
  private static final int MAX_CLASSES = 100_000;
  private static final int IDENTITY_LENGTH = 16;

  /**
   * A DataFrame in the form that ingest takes.
   *
   * @param rows origin, image, label and split, weight where there is a column with weights, and
   *     address where the images stay where they are
   * @param classNames in label order; empty where the labels are names themselves
   * @param count number of rows
   * @param identity digest of the rows' content, in any order
   */
  record Prepared(Dataset<Row> rows, List<String> classNames, long count, String identity) {}

  /**
   * Refuses a schema without these columns.
   *
   * @throws IllegalArgumentException as Spark's own stages throw
   */
  void require(StructType schema) {
    requireType(schema, labelCol, "labelCol", NumericType.class, StringType.class);
    if (!weightCol.isEmpty()) {
      requireType(schema, weightCol, "weightCol", NumericType.class);
    }
    if (!validationCol.isEmpty()) {
      requireType(schema, validationCol, "validationIndicatorCol", BooleanType.class);
    }
  }

  /**
   * The column with the images.
   *
   * @throws DataException where it holds none
   */
  ImageColumn image(Dataset<Row> data) {
    DataType type = data.schema().apply(imageCol).dataType();
    return ImageColumn.of(imageCol, type)
        .orElseThrow(() -> new DataException(ImageColumn.refusal(imageCol, type)));
  }

  /**
   * Looks through the DataFrame once, for its identity, its labels and its weights.
   *
   * @param inPlace where its images lie; empty where they are to be written
   * @throws DataException where it is empty, a label is no whole number from 0 on, a weight is
   *     none, or all are 0
   */
  Prepared prepare(Dataset<Row> data, Optional<ImageFiles> inPlace) {
    StructType schema = data.schema();
    boolean numeric = schema.apply(labelCol).dataType() instanceof NumericType;
    Column number = (numeric ? col("label") : lit(null)).cast(DataTypes.DoubleType);
    Dataset<Row> narrow = narrow(data, image(data), inPlace);
    List<Column> content =
        Arrays.stream(narrow.columns())
            .filter(name -> !name.equals("origin") && !name.equals(DatasetFiles.ADDRESS))
            .map(org.apache.spark.sql.functions::col)
            .toList();
    WeightColumn weight = new WeightColumn(weightCol);
    Row seen =
        narrow
            .withColumn("number", number)
            .withColumn("hash", xxhash64(content.toArray(new Column[0])))
            .agg(
                count(lit(1)).as("rows"),
                bit_xor(col("hash")).as("xor of hashes"),
                sum(col("hash").cast("decimal(38,0)")).as("sum of hashes"),
                min("number").as("least"),
                max("number").as("greatest"),
                sum(expr("if(number != floor(number) or isnan(number), 1L, 0L)")).as("fractions"),
                weight.summary().as("weights"))
            .head();
    long count = seen.getAs("rows");
    if (count == 0) {
      throw new DataException("The DataFrame to train on has no rows");
    }
    weight.require(seen.getAs("weights"));
    List<String> names = numeric ? names(schema, seen) : List.of();
    return new Prepared(
        narrow.withColumn("label", numeric ? nameOf(col("label"), names) : col("label")),
        names,
        count,
        identity(seen, names));
  }

  /** The columns that ingest takes. */
  private Dataset<Row> narrow(Dataset<Row> data, ImageColumn image, Optional<ImageFiles> inPlace) {
    Column split =
        validationCol.isEmpty()
            ? lit(Split.TRAIN.id())
            : when(NamedColumn.of(validationCol), Split.VALIDATION.id())
                .otherwise(Split.TRAIN.id());
    List<Column> columns =
        new ArrayList<>(
            List.of(
                origin(data.schema(), image).as("origin"),
                image.value().as("image"),
                NamedColumn.of(labelCol).as("label"),
                split.as("split")));
    columns.addAll(new WeightColumn(weightCol).values());
    inPlace.ifPresent(
        images -> columns.add(ImagesInPlace.address(images, data).as(DatasetFiles.ADDRESS)));
    return data.select(columns.toArray(new Column[0]));
  }

  private List<String> names(StructType schema, Row seen) {
    if (seen.isNullAt(seen.fieldIndex("greatest"))) {
      throw new DataException("Every label in column '" + labelCol + "' is null");
    }
    double least = seen.getAs("least");
    double greatest = seen.getAs("greatest");
    long fractions = seen.getAs("fractions");
    Optional<List<String>> known = indexed(schema);
    int limit = known.map(List::size).orElse(MAX_CLASSES);
    if (least < 0 || greatest >= limit || fractions > 0) {
      throw new DataException(
          "The labels in column '"
              + labelCol
              + "' go from "
              + least
              + " to "
              + greatest
              + (fractions > 0 ? ", " + fractions + " of them no whole numbers" : "")
              + "; expected whole numbers from 0 to "
              + (limit - 1)
              + ", or names: let StringIndexer number them, or convert the column to text");
    }
    return known.orElseGet(
        () -> IntStream.rangeClosed(0, (int) greatest).mapToObj(Integer::toString).toList());
  }

  /** The names that StringIndexer left about its numbers. */
  private Optional<List<String>> indexed(StructType schema) {
    Attribute attribute = Attribute.fromStructField(schema.apply(labelCol));
    return attribute instanceof NominalAttribute nominal && nominal.values().isDefined()
        ? Optional.of(List.of(nominal.values().get()))
        : Optional.empty();
  }

  private static Column nameOf(Column number, List<String> names) {
    Column[] literals =
        names.stream().map(org.apache.spark.sql.functions::lit).toArray(Column[]::new);
    return element_at(array(literals), number.cast("int").plus(1));
  }

  /** Where an image came from, for messages: a path where there is one, else the row. */
  private Column origin(StructType schema, ImageColumn image) {
    Column row = concat(lit("row "), monotonically_increasing_id().cast("string"));
    List<String> columns = Arrays.asList(schema.fieldNames());
    if (image.form() != ImageColumn.Form.ENCODED) {
      List<String> fields =
          Arrays.asList(((StructType) schema.apply(imageCol).dataType()).fieldNames());
      for (String field : List.of("origin", "path")) {
        if (fields.contains(field)) {
          return NamedColumn.of(imageCol).getField(field).cast("string");
        }
      }
    }
    return columns.contains("path") ? col("path").cast("string") : row;
  }

  private static String identity(Row seen, List<String> names) {
    String text =
        Stream.of("rows", "xor of hashes", "sum of hashes")
                .map(figure -> String.valueOf(seen.<Object>getAs(figure)))
                .collect(Collectors.joining(" "))
            + " "
            + names;
    return Sha256.hex(text.getBytes(StandardCharsets.UTF_8)).substring(0, IDENTITY_LENGTH);
  }

  private static void requireType(
      StructType schema, String name, String param, Class<?>... allowed) {
    List<String> present = Arrays.asList(schema.fieldNames());
    if (!present.contains(name)) {
      throw new IllegalArgumentException(
          "There is no column '" + name + "', there are " + present + "; correct " + param);
    }
    DataType type = schema.apply(name).dataType();
    if (Arrays.stream(allowed).noneMatch(kind -> kind.isInstance(type))) {
      throw new IllegalArgumentException(
          "The column '"
              + name
              + "' is "
              + type.simpleString()
              + "; "
              + param
              + " expects one of "
              + Arrays.stream(allowed)
                  .map(kind -> kind.getSimpleName().replace("Type", "").toLowerCase(Locale.ROOT))
                  .toList());
    }
  }
}
