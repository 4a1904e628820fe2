package org.meanfield.export;

import java.util.List;
import org.meanfield.engine.Scorer;
import org.meanfield.error.CorruptArtifactException;
import org.meanfield.image.PixelImage;
import org.meanfield.model.FloatVector;

/**
 * How well an exported model agrees with the trained one on the same images.
 *
 * @param images how many were compared
 * @param maxDifference the largest difference of any probability; NaN where one is NaN
 * @param top1Agreement the fraction of images whose most probable class is the same
 */
public record ExportCheck(int images, double maxDifference, double top1Agreement) {
  /** The largest difference of a probability that an export may have. */
  public static final double TOLERANCE = 1e-4;

  private static final int BATCH = 64;

  /** No image compared yet. */
  public static ExportCheck none() {
    return new ExportCheck(0, 0, 1);
  }

  /** Scores the images with both and compares probability by probability. */
  public static ExportCheck compare(Scorer trained, Scorer exported, List<PixelImage> images) {
    double maxDifference = 0;
    int agreeing = 0;
    for (int from = 0; from < images.size(); from += BATCH) {
      List<PixelImage> batch = images.subList(from, Math.min(from + BATCH, images.size()));
      List<FloatVector> expected = trained.score(batch);
      List<FloatVector> found = exported.score(batch);
      for (int i = 0; i < batch.size(); i++) {
        maxDifference = Math.max(maxDifference, difference(expected.get(i), found.get(i)));
        agreeing += top(expected.get(i)) == top(found.get(i)) ? 1 : 0;
      }
    }
    return new ExportCheck(images.size(), maxDifference, (double) agreeing / images.size());
  }

  /** The worse of two files' agreement. */
  public ExportCheck and(ExportCheck other) {
    return new ExportCheck(
        Math.max(images, other.images),
        Math.max(maxDifference, other.maxDifference),
        Math.min(top1Agreement, other.top1Agreement));
  }

  /**
   * Refuses a file that does not agree.
   *
   * @param file its name
   * @throws CorruptArtifactException where it differs by more than {@link #TOLERANCE}, or names
   *     another class for any image
   */
  public void requireAgreement(String file) {
    // Written so that NaN fails too.
    if (!(maxDifference <= TOLERANCE) || top1Agreement < 1) {
      throw new CorruptArtifactException(
          file
              + " does not compute what the trained model computes: on "
              + images
              + " images the probabilities differ by up to "
              + maxDifference
              + " (allowed "
              + TOLERANCE
              + "), and the top class agrees on "
              + top1Agreement * 100
              + " % (required 100 %). Nothing was published. Check that memory and disk are sound"
              + " and export again; if it fails again, report it with the model's network.json");
    }
  }

  private static double difference(FloatVector a, FloatVector b) {
    if (a.length() != b.length()) {
      return Double.POSITIVE_INFINITY;
    }
    double max = 0;
    for (int i = 0; i < a.length(); i++) {
      max = Math.max(max, Math.abs((double) a.get(i) - b.get(i)));
    }
    return max;
  }

  /** The most probable class; the first of several. */
  static int top(FloatVector vector) {
    int best = 0;
    for (int i = 1; i < vector.length(); i++) {
      best = vector.get(i) > vector.get(best) ? i : best;
    }
    return best;
  }
}
