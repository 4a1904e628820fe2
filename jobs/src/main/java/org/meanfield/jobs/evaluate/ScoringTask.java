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
import org.meanfield.jobs.storage.DatasetFiles;
import org.meanfield.model.FloatVector;

/**
 * One task of an evaluation: opens the model once, scores its rows in minibatches, and returns one
 * partial evaluation. A task without rows returns none and opens nothing.
 */
final class ScoringTask implements FlatMapFunction<Iterator<Row>, Evaluator> {
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
  public Iterator<Evaluator> call(Iterator<Row> rows) {
    if (!rows.hasNext()) {
      return List.<Evaluator>of().iterator();
    }
    try (Scorer scorer = model.value().open(TaskContext.get().cpus())) {
      Evaluator evaluator = new Evaluator(scorer.classes().size());
      List<Row> batch = new ArrayList<>(batchSize);
      while (rows.hasNext()) {
        batch.add(rows.next());
        if (batch.size() == batchSize || !rows.hasNext()) {
          score(batch, scorer, evaluator);
          batch.clear();
        }
      }
      scored.add(evaluator.examples());
      return List.of(evaluator).iterator();
    }
  }

  private static void score(List<Row> batch, Scorer scorer, Evaluator evaluator) {
    List<PixelImage> images = new ArrayList<>(batch.size());
    for (Row row : batch) {
      images.add(prepare(row, scorer));
    }
    List<FloatVector> probabilities = scorer.score(images);
    for (int i = 0; i < batch.size(); i++) {
      evaluator.add(batch.get(i).getString(0), batch.get(i).getInt(1), probabilities.get(i));
    }
  }

  private static PixelImage prepare(Row row, Scorer scorer) {
    byte[] image = row.getAs(DatasetFiles.IMAGE);
    DatasetFiles.requireUnaltered(row.getString(0), image);
    try {
      return ImagePreparation.prepare(image, scorer.imageSpec());
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
