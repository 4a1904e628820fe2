package org.meanfield.jobs.predict;

import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.function.LongConsumer;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.meanfield.data.Sha256;
import org.meanfield.engine.Scored;
import org.meanfield.engine.ScoredItems;
import org.meanfield.engine.Scorer;
import org.meanfield.image.BadImageException;
import org.meanfield.image.BadImageException.Reason;
import org.meanfield.image.ImagePreparation;
import org.meanfield.image.PixelImage;
import org.meanfield.model.FloatVector;
import scala.collection.JavaConverters;

/** Image rows in, prediction rows out. A bad image becomes a row with its reason, no label. */
final class ScoredRows implements Iterator<Row> {
  private static final int TOP = 5;

  private final Scorer scorer;
  private final long maxPixels;
  private final LongConsumer counter;
  private final Iterator<Scored<Row>> scored;

  ScoredRows(
      Iterator<Row> images, Scorer scorer, int batchSize, long maxPixels, LongConsumer counter) {
    this.scorer = scorer;
    this.maxPixels = maxPixels;
    this.counter = counter;
    this.scored = new ScoredItems<>(images, this::prepare, scorer, batchSize);
  }

  @Override
  public boolean hasNext() {
    return scored.hasNext();
  }

  @Override
  public Row next() {
    Scored<Row> next = scored.next();
    counter.accept(1);
    String id = idOf(next.item());
    String path = next.item().getAs(PredictionInput.PATH);
    return next.probabilities()
        .map(probabilities -> prediction(id, path, probabilities))
        .orElseGet(() -> RowFactory.create(id, path, null, null, null, next.reason()));
  }

  private PixelImage prepare(Row row) {
    byte[] encoded = row.getAs(PredictionInput.IMAGE);
    if (encoded == null) {
      throw new BadImageException(
          Reason.TOO_LARGE,
          "The file has more than " + PredictionInput.MAX_FILE_BYTES + " bytes and was not read");
    }
    return ImagePreparation.prepare(encoded, scorer.imageSpec(), maxPixels);
  }

  private Row prediction(String id, String path, FloatVector probabilities) {
    int[] best = probabilities.greatest(TOP);
    List<Row> top =
        Arrays.stream(best)
            .mapToObj(
                label -> RowFactory.create(scorer.classes().name(label), probabilities.get(label)))
            .toList();
    int first = best[0];
    return RowFactory.create(
        id,
        path,
        scorer.classes().name(first),
        probabilities.get(first),
        JavaConverters.asScalaBuffer(top).toSeq(),
        null);
  }

  private static String idOf(Row row) {
    String id = row.getAs(PredictionInput.ID);
    byte[] encoded = row.getAs(PredictionInput.IMAGE);
    return id == null && encoded != null ? Sha256.hex(encoded) : id;
  }
}
