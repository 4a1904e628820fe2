package org.meanfield.engine;

import java.util.List;
import org.meanfield.data.ClassIndex;
import org.meanfield.data.ImageSpec;
import org.meanfield.image.PixelImage;
import org.meanfield.model.FloatVector;

/**
 * A trained classifier ready to score images: in an engine, or as an exported file in its runtime.
 *
 * <p>Thread-safe but for {@link #close}, which comes after the last image: many threads score with
 * one copy of the weights.
 */
public interface Scorer extends AutoCloseable {
  /** What the images must look like. */
  ImageSpec imageSpec();

  /** What the probabilities stand for. */
  ClassIndex classes();

  /**
   * Class probabilities, one vector of {@code classes().size()} per image, in order. Images must
   * have the spec's size and channels.
   */
  List<FloatVector> score(List<PixelImage> images);

  /** Frees the native memory. */
  @Override
  void close();
}
