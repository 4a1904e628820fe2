package org.meanfield.jobs.predict;

import java.util.List;
import java.util.Optional;
import org.meanfield.config.Setting;
import org.meanfield.config.Settings;
import org.meanfield.data.Split;
import org.meanfield.image.ImageInspector;

/**
 * What {@code predict} is asked to do.
 *
 * @param model a run, a model zip or an export
 * @param input image files, a folder of them, or a data set
 * @param output folder for the predictions
 * @param split of a data set; empty for all of it
 * @param batchSize images in a forward pass
 * @param maxPixels height times width above which an image is refused undecoded
 */
record PredictSettings(
    String model,
    String input,
    String output,
    Optional<Split> split,
    int batchSize,
    long maxPixels) {
  static final Setting<String> MODEL =
      Setting.text("predict.model")
          .means("What classifies: a training run's folder, a model.zip, or an export's folder.");
  static final Setting<String> INPUT =
      Setting.text("predict.input")
          .means(
              "What is classified: an image file, a glob, a folder of images (searched through), or"
                  + " a data set made by ingest.");
  static final Setting<String> OUTPUT =
      Setting.text("predict.output")
          .means("Folder for the predictions (Parquet, in predictions/) and predict.json.");
  static final Setting<Optional<Split>> SPLIT =
      Setting.choice("predict.split", Split.class)
          .means("Which split of a data set is classified; all of it where this is not set.")
          .optional();
  static final Setting<Integer> BATCH_SIZE =
      Setting.integer("predict.batch-size")
          .atLeast(1)
          .atMost(65_536)
          .defaultsTo(64)
          .means("Images in one forward pass. Larger is faster on big machines and needs memory.");
  static final Setting<Long> MAX_PIXELS =
      Setting.longInteger("predict.max-pixels")
          .atLeast(1)
          .defaultsTo(ImageInspector.DEFAULT_MAX_PIXELS)
          .means(
              "Height times width above which an image is refused before it is decoded: a small"
                  + " file can announce an enormous image.");

  /** In the order of the documentation. */
  static List<Setting<?>> declared() {
    return List.of(MODEL, INPUT, OUTPUT, SPLIT, BATCH_SIZE, MAX_PIXELS);
  }

  static PredictSettings from(Settings settings) {
    return new PredictSettings(
        settings.get(MODEL),
        settings.get(INPUT),
        settings.get(OUTPUT),
        settings.get(SPLIT),
        settings.get(BATCH_SIZE),
        settings.get(MAX_PIXELS));
  }
}
