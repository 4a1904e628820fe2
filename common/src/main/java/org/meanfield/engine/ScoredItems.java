package org.meanfield.engine;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.Queue;
import java.util.function.Function;
import org.meanfield.image.BadImageException;
import org.meanfield.image.PixelImage;
import org.meanfield.model.FloatVector;

/**
 * Scores a stream of items a minibatch at a time, in order. A bad image costs nobody but itself.
 *
 * @param <T> what has an image
 */
public final class ScoredItems<T> implements Iterator<Scored<T>> {
  private final Iterator<T> items;
  private final Function<T, PixelImage> pixels;
  private final Scorer scorer;
  private final int batchSize;
  private final Queue<Scored<T>> ready = new ArrayDeque<>();

  /**
   * Ownership: the scorer stays the caller's to close, after the last item.
   *
   * @param pixels an item's image, at the scorer's size; throws {@link BadImageException} for a bad
   *     one
   * @param batchSize images in a forward pass, at most
   */
  public ScoredItems(
      Iterator<T> items, Function<T, PixelImage> pixels, Scorer scorer, int batchSize) {
    this.items = items;
    this.pixels = pixels;
    this.scorer = scorer;
    this.batchSize = batchSize;
  }

  @Override
  public boolean hasNext() {
    return !ready.isEmpty() || items.hasNext();
  }

  @Override
  public Scored<T> next() {
    if (ready.isEmpty()) {
      scoreNext();
    }
    return ready.remove();
  }

  private void scoreNext() {
    if (!items.hasNext()) {
      throw new NoSuchElementException("All items are scored");
    }
    List<Scored<T>> batch = new ArrayList<>();
    List<PixelImage> images = new ArrayList<>();
    while (batch.size() < batchSize && items.hasNext()) {
      T item = items.next();
      try {
        images.add(pixels.apply(item));
        batch.add(new Scored<>(item, Optional.empty(), Optional.empty()));
      } catch (BadImageException e) {
        batch.add(Scored.bad(item, e));
      }
    }
    Iterator<FloatVector> probabilities =
        images.isEmpty() ? List.<FloatVector>of().iterator() : scorer.score(images).iterator();
    for (Scored<T> each : batch) {
      ready.add(each.problem().isPresent() ? each : Scored.good(each.item(), probabilities.next()));
    }
  }
}
