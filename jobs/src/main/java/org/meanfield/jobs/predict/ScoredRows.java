package org.meanfield.jobs.predict;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Queue;
import java.util.function.LongConsumer;
import java.util.stream.IntStream;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.meanfield.data.Sha256;
import org.meanfield.engine.Scorer;
import org.meanfield.image.BadImageException;
import org.meanfield.image.BadImageException.Reason;
import org.meanfield.image.ImagePreparation;
import org.meanfield.image.PixelImage;
import org.meanfield.model.FloatVector;
import scala.collection.JavaConverters;

/**
 * Image rows in, prediction rows out, a minibatch at a time. A bad image becomes a row with its
 * reason instead of a label.
 */
final class ScoredRows implements Iterator<Row> {
  private static final int TOP = 5;

  private final Iterator<Row> images;
  private final Scorer scorer;
  private final int batchSize;
  private final long maxPixels;
  private final LongConsumer counter;
  private final Queue<Row> ready = new ArrayDeque<>();

  ScoredRows(
      Iterator<Row> images, Scorer scorer, int batchSize, long maxPixels, LongConsumer counter) {
    this.images = images;
    this.scorer = scorer;
    this.batchSize = batchSize;
    this.maxPixels = maxPixels;
    this.counter = counter;
  }

  @Override
  public boolean hasNext() {
    while (ready.isEmpty() && images.hasNext()) {
      scoreNext();
    }
    return !ready.isEmpty();
  }

  @Override
  public Row next() {
    if (!hasNext()) {
      throw new NoSuchElementException("All images of this partition are classified");
    }
    return ready.remove();
  }

  private void scoreNext() {
    List<Named> named = new ArrayList<>();
    List<PixelImage> pixels = new ArrayList<>();
    while (named.size() < batchSize && images.hasNext()) {
      Row row = images.next();
      Named name = nameOf(row);
      try {
        pixels.add(prepare(row));
        named.add(name);
      } catch (BadImageException e) {
        String error = e.reason().id() + ": " + e.getMessage();
        ready.add(RowFactory.create(name.id(), name.path(), null, null, null, error));
      }
    }
    if (!named.isEmpty()) {
      List<FloatVector> probabilities = scorer.score(pixels);
      for (int i = 0; i < named.size(); i++) {
        ready.add(prediction(named.get(i), probabilities.get(i)));
      }
    }
    counter.accept(ready.size());
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

  private Row prediction(Named named, FloatVector probabilities) {
    List<Integer> best =
        IntStream.range(0, probabilities.length())
            .boxed()
            .sorted(Comparator.comparing((Integer label) -> -probabilities.get(label)))
            .limit(TOP)
            .toList();
    List<Row> top =
        best.stream()
            .map(label -> RowFactory.create(scorer.classes().name(label), probabilities.get(label)))
            .toList();
    int first = best.get(0);
    return RowFactory.create(
        named.id(),
        named.path(),
        scorer.classes().name(first),
        probabilities.get(first),
        JavaConverters.asScalaBuffer(top).toSeq(),
        null);
  }

  private static Named nameOf(Row row) {
    String id = row.getAs(PredictionInput.ID);
    byte[] encoded = row.getAs(PredictionInput.IMAGE);
    return new Named(
        id == null && encoded != null ? Sha256.hex(encoded) : id, row.getAs(PredictionInput.PATH));
  }

  private record Named(String id, String path) {}
}
