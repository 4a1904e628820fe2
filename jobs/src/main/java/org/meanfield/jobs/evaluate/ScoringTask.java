package org.meanfield.jobs.evaluate;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import org.apache.spark.TaskContext;
import org.apache.spark.api.java.function.FlatMapFunction;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.sql.Row;
import org.apache.spark.util.LongAccumulator;
import org.meanfield.engine.Scorer;
import org.meanfield.engine.ScorerSource;
import org.meanfield.error.CorruptArtifactException;
import org.meanfield.evaluate.Evaluator;
import org.meanfield.image.BadImageException;
import org.meanfield.image.ImagePreparation;
import org.meanfield.image.PixelImage;
import org.meanfield.jobs.spark.Parcel;
import org.meanfield.jobs.storage.DatasetFiles;
import org.meanfield.model.FloatVector;
import org.meanfield.registry.Predictions;

/**
 * One task of an evaluation: scores its rows in minibatches, with a model that an executor opens
 * once for all of its tasks, and returns one part of the evaluation. A task without rows returns
 * none and opens nothing.
 */
final class ScoringTask implements FlatMapFunction<Iterator<Row>, Parcel<ScoredPart>> {
  private static final long serialVersionUID = 1L;
  private final Broadcast<ScorerSource> model;
  private final int batchSize;
  private final LongAccumulator scored;

  /**
   * For rows with the columns id, label, image, in this order.
   *
   * @param scored counts the examples of finished tasks, for progress only
   */
  ScoringTask(Broadcast<ScorerSource> model, int batchSize, LongAccumulator scored) {
    this.model = model;
    this.batchSize = batchSize;
    this.scored = scored;
  }

  @Override
  public Iterator<Parcel<ScoredPart>> call(Iterator<Row> rows) {
    if (!rows.hasNext()) {
      return List.<Parcel<ScoredPart>>of().iterator();
    }
    try (Scorer scorer = model.value().open(TaskContext.get().cpus())) {
      Evaluator evaluator = new Evaluator(scorer.classes().size());
      StringBuilder answers = new StringBuilder();
      List<Row> batch = new ArrayList<>(batchSize);
      while (rows.hasNext()) {
        batch.add(rows.next());
        if (batch.size() == batchSize || !rows.hasNext()) {
          score(batch, scorer, evaluator, answers);
          batch.clear();
        }
      }
      scored.add(evaluator.examples());
      return List.of(Parcel.of(new ScoredPart(evaluator, answers.toString()))).iterator();
    }
  }

  private static void score(
      List<Row> batch, Scorer scorer, Evaluator evaluator, StringBuilder answers) {
    List<PixelImage> images = new ArrayList<>(batch.size());
    for (Row row : batch) {
      images.add(prepare(row, scorer));
    }
    List<FloatVector> probabilities = scorer.score(images);
    for (int i = 0; i < batch.size(); i++) {
      String id = batch.get(i).getString(0);
      int label = batch.get(i).getInt(1);
      answers.append(Predictions.row(id, label, evaluator.add(id, label, probabilities.get(i))));
    }
  }

  private static PixelImage prepare(Row row, Scorer scorer) {
    byte[] image = row.getAs(DatasetFiles.IMAGE);
    DatasetFiles.requireUnaltered(row.getString(0), image);
    try {
      return ImagePreparation.prepareVerified(image, scorer.imageSpec());
    } catch (BadImageException e) {
      throw new CorruptArtifactException(
          "Example "
              + row.getString(0)
              + " of the data set is no readable image any more ("
              + e.getMessage()
              + "); restore the data set, or ingest the images again",
          e);
    }
  }
}
