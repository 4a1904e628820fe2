package org.meanfield.jobs.ingest;

import static org.apache.spark.sql.functions.lit;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.apache.spark.api.java.JavaPairRDD;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.function.PairFunction;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.types.DataType;
import org.meanfield.data.ImageFiles;
import org.meanfield.error.DataException;
import org.meanfield.jobs.spark.ImageColumn;
import org.meanfield.jobs.storage.DatasetFiles;
import scala.Tuple2;

/** The rows of a DataFrame: origin, image, label, split, and weight where it has that column. */
final class RowSource implements ImageSource {
  /** The format's name in manifests; no setting asks for it. */
  static final String FORMAT = "dataframe";

  private final Dataset<Row> rows;
  private final ImageColumn image;
  private final long count;
  private final Optional<String> weightColumn;
  private final Optional<ImageFiles> inPlace;

  private RowSource(
      Dataset<Row> rows,
      ImageColumn image,
      long count,
      Optional<String> weightColumn,
      Optional<ImageFiles> inPlace) {
    this.weightColumn = weightColumn;
    this.rows = rows;
    this.image = image;
    this.count = count;
    this.inPlace = inPlace;
  }

  /**
   * @param inPlace where the images lie, of rows that have the column {@code address}
   */
  static RowSource of(Dataset<Row> rows, long count, Optional<ImageFiles> inPlace) {
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
            weight.map(rows::col).orElse(lit(null)).cast("string"),
            inPlace.map(images -> rows.col(DatasetFiles.ADDRESS)).orElse(lit(null)).cast("long")),
        image,
        count,
        weight,
        inPlace);
  }

  @Override
  public Optional<ImageFiles> inPlace() {
    return inPlace;
  }

  @Override
  public JavaPairRDD<SourceImage, Long> numbered() {
    return inPlace.isPresent()
        ? rows.javaRDD().mapToPair(new Addressed(reader()))
        : ImageSource.super.numbered();
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
    return rows.javaRDD().map(reader());
  }

  private TabularImages.Weighing reader() {
    return new TabularImages.Weighing(TabularImages.reader(image));
  }

  @Override
  public List<String> warnings() {
    return List.of();
  }

  private record Addressed(TabularImages.Weighing reader)
      implements PairFunction<Row, SourceImage, Long> {
    private static final long serialVersionUID = 1L;

    @Override
    public Tuple2<SourceImage, Long> call(Row row) throws Exception {
      return new Tuple2<>(reader.call(row), row.getLong(5));
    }
  }
}
