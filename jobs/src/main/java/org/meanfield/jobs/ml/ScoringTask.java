package org.meanfield.jobs.ml;

import java.util.Collections;
import java.util.Iterator;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.apache.spark.TaskContext;
import org.apache.spark.api.java.function.MapPartitionsFunction;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;
import org.apache.spark.util.TaskCompletionListener;
import org.meanfield.engine.Scored;
import org.meanfield.engine.ScoredItems;
import org.meanfield.engine.Scorer;
import org.meanfield.engine.ScorerSource;
import org.meanfield.error.DataException;
import org.meanfield.jobs.storage.NamedColumn;

/**
 * Scores a partition of rows, in order, with the scorer that {@code predict} uses.
 *
 * @param model one copy for all tasks of an executor
 * @param images how a row becomes pixels
 * @param handleInvalid {@code keep}, {@code skip} or {@code error}
 * @param batchSize images in a forward pass
 * @param columns what is added to a row
 */
record ScoringTask(
    Broadcast<? extends ScorerSource> model,
    RowImages images,
    String handleInvalid,
    int batchSize,
    AddedColumns columns)
    implements MapPartitionsFunction<Row, Row> {
  private static final long serialVersionUID = 1L;

  /** A task for rows of a schema. */
  static ScoringTask of(
      Dataset<?> rows, SharedModel model, ImageParams params, AddedColumns columns) {
    return new ScoringTask(
        model.on(rows.sparkSession()),
        params.images(rows.schema()),
        params.of(params.handleInvalid),
        params.batchSize(),
        columns);
  }

  /**
   * All rows scored, when somebody asks for them.
   *
   * @param schema of the result
   */
  Dataset<Row> on(Dataset<?> rows, StructType schema) {
    Dataset<Row> scored = rows.toDF().mapPartitions(this, Encoders.row(schema));
    // A typed map keeps names and types of columns, but not what other stages noted about them.
    Column[] columns = new Column[schema.length()];
    for (int i = 0; i < columns.length; i++) {
      StructField field = schema.apply(i);
      columns[i] = NamedColumn.of(field.name()).as(field.name(), field.metadata());
    }
    return scored.select(columns);
  }

  @Override
  public Iterator<Row> call(Iterator<Row> rows) {
    if (!rows.hasNext()) {
      return Collections.emptyIterator();
    }
    TaskContext task = TaskContext.get();
    Scorer scorer = model.value().open(task.cpus());
    TaskCompletionListener closing = ended -> scorer.close();
    task.addTaskCompletionListener(closing);
    ScoredItems<Row> scored =
        new ScoredItems<>(rows, row -> images.of(row, scorer.imageSpec()), scorer, batchSize);
    Iterable<Scored<Row>> once = () -> scored;
    return StreamSupport.stream(once.spliterator(), false)
        .flatMap(next -> result(next, scorer))
        .iterator();
  }

  private Stream<Row> result(Scored<Row> next, Scorer scorer) {
    if (next.probabilities().isPresent()) {
      return Stream.of(columns.append(next.item(), next.probabilities().get(), scorer.classes()));
    }
    return switch (handleInvalid) {
      case "keep" -> Stream.of(columns.appendReason(next.item(), next.reason()));
      case "skip" -> Stream.empty();
      default ->
          throw new DataException(
              "An image cannot be scored ("
                  + next.reason()
                  + "); set handleInvalid to keep or skip, or leave it out of the DataFrame");
    };
  }
}
