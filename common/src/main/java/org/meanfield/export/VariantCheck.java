package org.meanfield.export;

import java.util.List;
import java.util.Locale;
import org.meanfield.engine.Scorer;
import org.meanfield.error.SettingsException;
import org.meanfield.image.PixelImage;
import org.meanfield.model.FloatVector;

/**
 * What a smaller form of an exported model costs: measured on labelled images.
 *
 * @param file its name
 * @param bytes its length
 * @param fullBytes length of the file that it is smaller than
 * @param images measured
 * @param accuracy share of images that it names rightly
 * @param fullAccuracy share of the same images that the trained model names rightly
 * @param agreement how it differs from the trained model, image by image
 */
public record VariantCheck(
    String file,
    long bytes,
    long fullBytes,
    int images,
    double accuracy,
    double fullAccuracy,
    ExportCheck agreement) {
  private static final int BATCH = 64;

  /**
   * Measures a file.
   *
   * @param labels the true class of each image
   */
  public static VariantCheck measure(
      String file,
      long bytes,
      long fullBytes,
      Scorer trained,
      Scorer variant,
      List<PixelImage> images,
      List<Integer> labels) {
    return new VariantCheck(
        file,
        bytes,
        fullBytes,
        images.size(),
        accuracy(variant, images, labels),
        accuracy(trained, images, labels),
        ExportCheck.compare(trained, variant, images));
  }

  /** What is lost, as a share of the images; negative where it is better by chance. */
  public double accuracyLoss() {
    return fullAccuracy - accuracy;
  }

  /**
   * Refuses a file that loses more than is allowed.
   *
   * @param form what the settings call it
   * @throws SettingsException naming it, with its numbers
   */
  public void requireWithin(String form, double maximumLoss) {
    // Written so that NaN fails too.
    if (!(accuracyLoss() <= maximumLoss) || Double.isNaN(agreement.maxDifference())) {
      throw new SettingsException(
          String.format(
              Locale.ROOT,
              "%s, asked for by '%s' in export.to, loses too much: %.4f accuracy against the"
                  + " trained model's %.4f on %d images is a loss of %.4f, allowed %.4f"
                  + " (export.maximum-accuracy-loss). Nothing was published. Leave '%s' out, or"
                  + " allow more",
              file,
              form,
              accuracy,
              fullAccuracy,
              images,
              accuracyLoss(),
              maximumLoss,
              form));
    }
  }

  /** For a person. */
  public String line() {
    return String.format(
        Locale.ROOT,
        "%s: %.0f %% of the bytes; on %d images accuracy %.4f, the trained model's %.4f; the top"
            + " class agrees on %.1f %%, probabilities differ by at most %.1e",
        file,
        100.0 * bytes / fullBytes,
        images,
        accuracy,
        fullAccuracy,
        100 * agreement.top1Agreement(),
        agreement.maxDifference());
  }

  private static double accuracy(Scorer scorer, List<PixelImage> images, List<Integer> labels) {
    int right = 0;
    for (int from = 0; from < images.size(); from += BATCH) {
      int to = Math.min(from + BATCH, images.size());
      List<FloatVector> answers = scorer.score(images.subList(from, to));
      for (int i = from; i < to; i++) {
        right += ExportCheck.top(answers.get(i - from)) == labels.get(i) ? 1 : 0;
      }
    }
    return (double) right / images.size();
  }
}
