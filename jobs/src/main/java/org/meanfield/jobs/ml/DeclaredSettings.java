package org.meanfield.jobs.ml;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import org.meanfield.config.Setting;
import org.meanfield.jobs.cli.Job;
import org.meanfield.jobs.ingest.IngestJob;
import org.meanfield.jobs.predict.PredictJob;
import org.meanfield.jobs.train.TrainJob;

/**
 * The settings of the commands that are parameters of Spark ML's stages too: name, meaning, limits
 * and default are those of the command's own declaration.
 *
 * <p>A parameter's name is the setting's key in camel case without the groups {@code train}, {@code
 * optimizer} and {@code ingest}: {@code train.averaging-period} is {@code averagingPeriod}, {@code
 * image.size} is {@code imageSize}. A group's {@code name} is called as the group: {@code
 * model.name} is {@code model}.
 */
final class DeclaredSettings {
  /**
   * How a network is trained: all of {@code train}, but for what a DataFrame takes the place of.
   */
  static final List<Setting<?>> TRAINING =
      new TrainJob()
          .settings().stream()
              .filter(
                  setting ->
                      !List.of("train.data", "train.output", "train.change-engine")
                          .contains(setting.key()))
              .toList();

  /** What is made of the images before the training. */
  static final List<Setting<?>> INGEST =
      pick(
          new IngestJob(),
          "ingest.class-names",
          "ingest.validation-fraction",
          "ingest.max-pixels",
          "ingest.max-reject-fraction");

  /** How images are scored. */
  static final List<Setting<?>> SCORING =
      pick(new PredictJob(), "predict.batch-size", "predict.max-pixels");

  private static final List<String> UNNAMED_GROUPS = List.of("train", "optimizer", "ingest");
  private static final Map<String, Setting<?>> BY_PARAMETER = byParameter();

  private DeclaredSettings() {}

  /** The parameter's name. */
  static String parameterOf(Setting<?> setting) {
    int dot = setting.key().indexOf('.');
    String group = setting.key().substring(0, dot);
    String rest = setting.key().substring(dot + 1);
    if (rest.equals("name")) {
      return group;
    }
    return camelCase(UNNAMED_GROUPS.contains(group) ? rest : group + "-" + rest);
  }

  /** The setting that a parameter sets. */
  static Setting<?> of(String parameter) {
    Setting<?> setting = BY_PARAMETER.get(parameter);
    if (setting == null) {
      throw new IllegalArgumentException("No setting is behind the parameter '" + parameter + "'");
    }
    return setting;
  }

  private static Map<String, Setting<?>> byParameter() {
    List<Setting<?>> all = new ArrayList<>(TRAINING);
    all.addAll(INGEST);
    all.addAll(SCORING);
    Map<String, Setting<?>> byParameter = new LinkedHashMap<>();
    for (Setting<?> setting : all) {
      Setting<?> same = byParameter.put(parameterOf(setting), setting);
      if (same != null) {
        throw new IllegalStateException(
            setting.key() + " and " + same.key() + " would be one parameter; name them apart");
      }
    }
    return byParameter;
  }

  private static List<Setting<?>> pick(Job job, String... keys) {
    Map<String, Setting<?>> byKey = new LinkedHashMap<>();
    job.settings().forEach(setting -> byKey.put(setting.key(), setting));
    if (!byKey.keySet().containsAll(List.of(keys))) {
      throw new IllegalStateException(
          job.command() + " lacks one of the settings " + List.of(keys));
    }
    return Arrays.stream(keys).<Setting<?>>map(byKey::get).toList();
  }

  private static String camelCase(String dashed) {
    String[] words = dashed.split("-", -1);
    return words[0]
        + Arrays.stream(words)
            .skip(1)
            .map(word -> word.substring(0, 1).toUpperCase(Locale.ROOT) + word.substring(1))
            .collect(Collectors.joining());
  }
}
