package org.meanfield.jobs.predict;

import java.util.Collections;
import java.util.Iterator;
import org.apache.spark.TaskContext;
import org.apache.spark.api.java.function.MapPartitionsFunction;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.apache.spark.util.LongAccumulator;
import org.apache.spark.util.TaskCompletionListener;
import org.meanfield.engine.Scorer;
import org.meanfield.engine.ScorerSource;

/** Classifies a partition of images, with the model that its executor has open. */
final class ImageScoring implements MapPartitionsFunction<Row, Row> {
  private static final long serialVersionUID = 1L;

  static final String LABEL = "label";
  static final String PROBABILITY = "probability";
  static final String ERROR = "error";

  /** The columns of the predictions. */
  static final StructType SCHEMA =
      new StructType()
          .add(PredictionInput.ID, DataTypes.StringType, true)
          .add(PredictionInput.PATH, DataTypes.StringType, false)
          .add(LABEL, DataTypes.StringType, true)
          .add(PROBABILITY, DataTypes.FloatType, true)
          .add(
              "top5",
              DataTypes.createArrayType(
                  new StructType()
                      .add(LABEL, DataTypes.StringType, false)
                      .add(PROBABILITY, DataTypes.FloatType, false),
                  false),
              true)
          .add(ERROR, DataTypes.StringType, true);

  private final Broadcast<ScorerSource> model;
  private final LongAccumulator counter;
  private final int batchSize;
  private final long maxPixels;

  ImageScoring(Broadcast<ScorerSource> model, LongAccumulator counter, PredictSettings settings) {
    this.model = model;
    this.counter = counter;
    this.batchSize = settings.batchSize();
    this.maxPixels = settings.maxPixels();
  }

  @Override
  public Iterator<Row> call(Iterator<Row> images) {
    if (!images.hasNext()) {
      return Collections.emptyIterator();
    }
    TaskContext task = TaskContext.get();
    Scorer scorer = model.value().open(task.cpus());
    TaskCompletionListener closing = ended -> scorer.close();
    task.addTaskCompletionListener(closing);
    return new ScoredRows(images, scorer, batchSize, maxPixels, counter::add);
  }
}
