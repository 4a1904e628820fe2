package org.meanfield.jobs.export;

import java.util.List;
import java.util.Optional;
import org.meanfield.config.Setting;
import org.meanfield.config.Settings;

/**
 * What to export.
 *
 * @param model the run
 * @param output folder of the export
 * @param formats at least one of {@code onnx}, {@code dl4j}
 * @param data data set to check on; empty for the run's own
 * @param checkedImages how many images the check takes at most
 */
public record ExportSettings(
    String model, String output, List<String> formats, Optional<String> data, int checkedImages) {
  static final String ONNX = "onnx";
  static final String DL4J = "dl4j";

  static final Setting<String> MODEL =
      Setting.text("export.model").means("The finished run to export: its folder, or a model.zip.");
  static final Setting<String> OUTPUT =
      Setting.text("export.output").means("The folder of the export.");
  static final Setting<List<String>> TO =
      Setting.texts("export.to")
          .limited(
              "some of " + ONNX + ", " + DL4J,
              formats -> !formats.isEmpty() && List.of(ONNX, DL4J).containsAll(formats))
          .defaultsTo(List.of(ONNX, DL4J))
          .means("The forms to write: ONNX for servers, DL4J's zip for Deeplearning4j programs.");
  static final Setting<Optional<String>> DATA =
      Setting.text("export.data")
          .optional()
          .means(
              "The data set whose images the export is checked on. Where none is given: the one that"
                  + " the run was trained on.");
  static final Setting<Integer> CHECKED_IMAGES =
      Setting.integer("export.checked-images")
          .atLeast(100)
          .defaultsTo(256)
          .means(
              "Images on which every exported file must agree with the model: of the test split, and"
                  + " where it has fewer than 100, of the others too.");

  /** Every setting of the command. */
  static List<Setting<?>> declared() {
    return List.of(MODEL, OUTPUT, TO, DATA, CHECKED_IMAGES);
  }

  /** Reads the resolved values. */
  static ExportSettings from(Settings settings) {
    return new ExportSettings(
        settings.get(MODEL),
        settings.get(OUTPUT),
        settings.get(TO),
        settings.get(DATA),
        settings.get(CHECKED_IMAGES));
  }
}
