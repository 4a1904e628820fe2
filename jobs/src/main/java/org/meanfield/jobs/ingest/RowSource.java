package org.meanfield.jobs.ingest;

import static org.apache.spark.sql.functions.lit;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.types.DataType;
import org.meanfield.error.DataException;
import org.meanfield.jobs.spark.ImageColumn;

/** The rows of a DataFrame: origin, image, label, split, and weight where it has that column. */
final class RowSource implements ImageSource {
  /** The format's name in manifests; no setting asks for it. */
  static final String FORMAT = "dataframe";

  private final Dataset<Row> rows;
  private final ImageColumn image;
  private final long count;
  private final Optional<String> weightColumn;

  private RowSource(
      Dataset<Row> rows, ImageColumn image, long count, Optional<String> weightColumn) {
    this.weightColumn = weightColumn;
    this.rows = rows;
    this.image = image;
    this.count = count;
  }

  static RowSource of(Dataset<Row> rows, long count) {
    DataType type = rows.schema().apply("image").dataType();
    ImageColumn image =
        ImageColumn.of("image", type)
            .orElseThrow(() -> new DataException(ImageColumn.refusal("image", type)));
    Optional<String> weight = Optional.of("weight").filter(Arrays.asList(rows.columns())::contains);
    return new RowSource(
        rows.select(
            rows.col("origin"),
            image.value(),
            rows.col("label"),
            rows.col("split"),
            weight.map(rows::col).orElse(lit(null)).cast("string")),
        image,
        count,
        weight);
  }

  @Override
  public Optional<String> weightColumn() {
    return weightColumn;
  }

  @Override
  public String format() {
    return FORMAT;
  }

  @Override
  public long count() {
    return count;
  }

  @Override
  public JavaRDD<SourceImage> images() {
    return rows.javaRDD().map(new TabularImages.Weighing(TabularImages.reader(image)));
  }

  @Override
  public List<String> warnings() {
    return List.of();
  }
}
