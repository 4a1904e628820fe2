package org.meanfield.jobs.tracking;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.meanfield.config.Setting;
import org.meanfield.config.Settings;

/**
 * Where runs are told to. Free to change between two commands of a run: the result does not depend
 * on it.
 *
 * @param uri of the MLflow server, without a slash at its end
 * @param experiment that the runs belong to
 * @param timeout of one call
 */
public record TrackingSettings(String uri, String experiment, Duration timeout) {
  /** All settings' keys begin so. */
  public static final String PREFIX = "mlflow.";

  static final Setting<Optional<String>> URI =
      Setting.text(PREFIX + "tracking-uri")
          .limited("an http or https URL", url -> url.matches("https?://[^@\\s]+"))
          .optional()
          .means(
              "The MLflow server that is told of runs; where none is given, none is. Credentials"
                  + " are taken from the environment, as MLflow's own clients do:"
                  + " MLFLOW_TRACKING_USERNAME and MLFLOW_TRACKING_PASSWORD, or"
                  + " MLFLOW_TRACKING_TOKEN. That it cannot be reached is one warning.");
  static final Setting<String> EXPERIMENT =
      Setting.text(PREFIX + "experiment")
          .limited("not blank", name -> !name.isBlank())
          .defaultsTo("meanfield")
          .means("MLflow's experiment; made where there is none of that name.");

  /** What MLflow calls a run. */
  public static final Setting<Optional<String>> RUN_NAME =
      Setting.text(PREFIX + "run-name")
          .optional()
          .means("What MLflow calls the run. Default: the last part of train.output.");

  static final Setting<Double> TIMEOUT =
      Setting.decimal(PREFIX + "timeout-seconds")
          .above(0)
          .defaultsTo(5.0)
          .means(
              "Seconds that one call to MLflow may take; an artefact gets one more for each MiB."
                  + " Training never waits for a call but at its end, then at most for two of"
                  + " these.");

  /** The registered model that promoted versions belong to. */
  public static final Setting<String> REGISTERED_MODEL =
      Setting.text(PREFIX + "registered-model")
          .limited("not blank, without / and :", name -> name.matches("[^/:]*[^/:\\s][^/:]*"))
          .defaultsTo("meanfield")
          .means(
              "MLflow's registered model: each version that was promoted or has an alias becomes a"
                  + " version of it; the alias 'champion' and those of the registry follow"
                  + " theirs.");

  /** The settings of a training. */
  public static List<Setting<?>> declared() {
    return List.of(URI, EXPERIMENT, RUN_NAME, TIMEOUT);
  }

  /** The settings of a change of the registry. */
  public static List<Setting<?>> ofRegistry() {
    return List.of(URI, EXPERIMENT, TIMEOUT, REGISTERED_MODEL);
  }

  /** Empty where nobody is to be told. */
  public static Optional<TrackingSettings> from(Settings settings) {
    return settings
        .get(URI)
        .map(
            uri ->
                new TrackingSettings(
                    uri.replaceFirst("/+$", ""),
                    settings.get(EXPERIMENT),
                    Duration.ofMillis(Math.round(settings.get(TIMEOUT) * 1000))));
  }
}
