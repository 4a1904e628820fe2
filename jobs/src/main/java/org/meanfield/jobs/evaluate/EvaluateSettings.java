package org.meanfield.jobs.evaluate;

import java.util.List;
import java.util.Optional;
import org.meanfield.config.Setting;
import org.meanfield.config.Settings;
import org.meanfield.data.Split;

/**
 * What to judge on what.
 *
 * @param model run, model.zip or export
 * @param data data set
 * @param split of the data set
 * @param output folder; empty for a folder inside the model's
 * @param batchSize images scored together in a task
 */
record EvaluateSettings(
    String model, String data, Split split, Optional<String> output, int batchSize) {
  static final Setting<String> MODEL =
      Setting.text("evaluate.model")
          .means("The model to judge: a run's folder, an exported folder, or a model.zip.");
  static final Setting<String> DATA =
      Setting.text("evaluate.data").means("The data set to judge it on.");
  static final Setting<Split> SPLIT =
      Setting.choice("evaluate.split", Split.class)
          .means("The part of the data set to judge it on.")
          .defaultsTo(Split.TEST);
  static final Setting<String> OUTPUT =
      Setting.text("evaluate.output")
          .means(
              "The folder for evaluation.json and report.html. Where empty and the model is a"
                  + " folder: 'evaluation' inside it, 'evaluation-SPLIT' for another split than"
                  + " test.")
          .defaultsTo("");
  static final Setting<Integer> BATCH_SIZE =
      Setting.integer("evaluate.batch-size")
          .means("Images scored together in a task. Lower it where an executor runs out of memory.")
          .atLeast(1)
          .atMost(4096)
          .defaultsTo(64);

  /** Every setting of the command. */
  static List<Setting<?>> declared() {
    return List.of(MODEL, DATA, SPLIT, OUTPUT, BATCH_SIZE);
  }

  /** Reads the resolved values. */
  static EvaluateSettings from(Settings settings) {
    return new EvaluateSettings(
        settings.get(MODEL),
        settings.get(DATA),
        settings.get(SPLIT),
        Optional.of(settings.get(OUTPUT)).filter(text -> !text.isBlank()),
        settings.get(BATCH_SIZE));
  }

  /** The output folder inside the model's folder; empty where the model is a file. */
  Optional<String> besideModel() {
    if (model.endsWith(".zip")) {
      return Optional.empty();
    }
    String folder = model.endsWith("/") ? model : model + "/";
    return Optional.of(folder + (split == Split.TEST ? "evaluation" : "evaluation-" + split.id()));
  }
}
