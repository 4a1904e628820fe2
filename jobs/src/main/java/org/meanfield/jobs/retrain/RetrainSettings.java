package org.meanfield.jobs.retrain;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.meanfield.config.Setting;
import org.meanfield.config.Settings;
import org.meanfield.jobs.tracking.TrackingSettings;

/** What a retrain is told about itself; what it tells the other commands has its own settings. */
final class RetrainSettings {
  static final Setting<String> INPUT =
      Setting.text("retrain.input")
          .means(
              "The folder in which deliveries of labelled images arrive: each entry is one, in any"
                  + " form that 'ingest' reads. A delivery never changes; new images come as a new"
                  + " one.");
  static final Setting<String> OUTPUT =
      Setting.text("retrain.output")
          .means(
              "The folder that retraining keeps everything in: data-set versions, runs, the lock.");
  static final Setting<Optional<String>> BASE =
      Setting.text("retrain.base")
          .optional()
          .means(
              "The data set that deliveries are added to; its test split is the frozen one. Where"
                  + " none is given, the first run's deliveries are the base, and their test splits"
                  + " the frozen one.");
  static final Setting<Optional<String>> RUN_ID =
      Setting.text("retrain.run-id")
          .limited(
              "not blank, without a dot at its beginning",
              text -> !text.isBlank() && !text.strip().startsWith("."))
          .optional()
          .means(
              "Names the run: given again after it finished, nothing is done. A scheduler gives the"
                  + " time it was due. Where none is given, it follows from data and settings.");
  static final Setting<String> MARKER =
      Setting.text("retrain.marker")
          .defaultsTo("")
          .means(
              "A file, such as _SUCCESS, without which a delivery is still being written; where"
                  + " empty every entry counts, but those that begin with a dot or an underscore.");
  static final Setting<List<String>> EXCLUDE =
      Setting.texts("retrain.exclude")
          .defaultsTo(List.of())
          .means("Names of deliveries that must not be used, such as one with wrong labels.");
  static final Setting<MixKind> MIX =
      Setting.choice("retrain.mix", MixKind.class)
          .defaultsTo(MixKind.ALL)
          .means(
              "What is trained on: all (old and new), window (the newest deliveries), or replay"
                  + " (the new ones and a share of the old).");
  static final Setting<Integer> WINDOW =
      Setting.integer("retrain.window")
          .atLeast(1)
          .defaultsTo(8)
          .means("Deliveries in the window, the new ones among them, where retrain.mix is window.");
  static final Setting<Double> REPLAY_RATIO =
      Setting.decimal("retrain.replay-ratio")
          .above(0)
          .defaultsTo(1.0)
          .means("Old training images for each new one, where retrain.mix is replay.");
  static final Setting<StartKind> START =
      Setting.choice("retrain.start", StartKind.class)
          .defaultsTo(StartKind.CHAMPION)
          .means(
              "Weights that training starts from: the champion's (its export/model.zip), or fresh"
                  + " ones.");
  static final Setting<Optional<String>> SERVING =
      Setting.text("retrain.serving")
          .optional()
          .means(
              "A folder for servers that cannot follow the registry: the champion's export is put"
                  + " below it under its version number, now and with each later change of the"
                  + " champion, a rollback too.");
  static final Setting<Integer> SMOKE_IMAGES =
      Setting.integer("retrain.smoke-images")
          .atLeast(1)
          .defaultsTo(200)
          .means(
              "Test images that the export must answer as its evaluation did, before it counts.");
  static final Setting<Double> SMOKE_AGREEMENT =
      Setting.decimal("retrain.smoke-agreement")
          .atLeast(0)
          .atMost(1)
          .defaultsTo(0.99)
          .means("Share of these on which it must name the same class.");
  static final Setting<Double> LOCK_MINUTES =
      Setting.decimal("retrain.lock-minutes")
          .above(0)
          .defaultsTo(10.0)
          .means(
              "Minutes without a sign of life after which the owner of the lock counts as dead.");
  static final Setting<Integer> MAX_FAILURES =
      Setting.integer("retrain.max-failures")
          .atLeast(1)
          .defaultsTo(3)
          .means(
              "Failed attempts in a row after which nothing is tried until --force. Those of one"
                  + " --run-id count once, however often a scheduler tries it.");
  static final Setting<Boolean> FORCE =
      Setting.flag("retrain.force")
          .defaultsTo(false)
          .means(
              "Run although no trigger asks for it, no delivery is new, it is too soon, or too many"
                  + " failed.");
  static final Setting<Boolean> DRY_RUN =
      Setting.flag("retrain.dry-run")
          .defaultsTo(false)
          .means(
              "Say whether it would run and why, with the numbers, and stop. New deliveries are"
                  + " checked and kept for the run.");
  static final Setting<String> OVERRIDE =
      Setting.text("retrain.override")
          .defaultsTo("")
          .means("Promote against the gate, and why; it stays in the registry's history.");
  static final Setting<Optional<String>> WEBHOOK =
      Setting.text("retrain.webhook")
          .limited("an http or https URL", Webhook::isUrl)
          .optional()
          .means(
              "Gets one JSON POST when a run succeeds, is refused or fails, and one when so many"
                  + " failed in a row that nothing is tried. That it cannot be reached is a"
                  + " warning.");

  /** The result does not depend on these, and a run may go on with others. */
  private static final Set<String> FREE =
      Set.of(
          RUN_ID.key(),
          LOCK_MINUTES.key(),
          MAX_FAILURES.key(),
          FORCE.key(),
          DRY_RUN.key(),
          OVERRIDE.key(),
          WEBHOOK.key(),
          SERVING.key());

  /** What a data-set version is made of. */
  enum MixKind {
    ALL,
    WINDOW,
    REPLAY
  }

  /** Where training starts. */
  enum StartKind {
    CHAMPION,
    FRESH
  }

  private RetrainSettings() {}

  static List<Setting<?>> declared() {
    return List.of(
        INPUT,
        OUTPUT,
        BASE,
        RUN_ID,
        MARKER,
        EXCLUDE,
        MIX,
        WINDOW,
        REPLAY_RATIO,
        START,
        SERVING,
        SMOKE_IMAGES,
        SMOKE_AGREEMENT,
        LOCK_MINUTES,
        MAX_FAILURES,
        FORCE,
        DRY_RUN,
        OVERRIDE,
        WEBHOOK);
  }

  /** The run's name that was given, in characters that every file system takes in a name. */
  static Optional<String> runId(Settings settings) {
    return settings.get(RUN_ID).map(text -> text.strip().replaceAll("[^A-Za-z0-9._-]", "-"));
  }

  /** True for settings that decide what comes of a run. */
  static boolean decides(String key) {
    return !FREE.contains(key)
        && !key.startsWith("trigger.")
        && !key.startsWith(TrackingSettings.PREFIX)
        && !key.equals("registry.by");
  }
}
