package org.meanfield.jobs.retrain;

import java.util.List;
import java.util.Optional;
import org.meanfield.config.Setting;

/** When new images are reason enough to train. */
final class TriggerSettings {
  static final Setting<Rule> WHEN =
      Setting.choice("trigger.when", Rule.class)
          .defaultsTo(Rule.ANY)
          .means("Whether any of the triggers that are set starts a run, or only all together.");
  static final Setting<Optional<Long>> NEW_LABELS =
      Setting.longInteger("trigger.new-labels")
          .atLeast(1)
          .optional()
          .means(
              "Fires at so many new labels. Where no trigger is set at all, one new label is"
                  + " enough.");
  static final Setting<Optional<Double>> NEW_SHARE =
      number("trigger.new-share")
          .means("Fires at so many new labels for each image known before; 0.1 is ten percent.");
  static final Setting<Optional<Double>> CHAMPION_AGE =
      number("trigger.champion-age-days")
          .means(
              "Fires when the champion has served for so many days; without new images a run then"
                  + " takes the known ones, once in that time.");
  static final Setting<Optional<Double>> BALANCE_SHIFT =
      number("trigger.class-balance-shift")
          .means(
              "Fires when the classes' shares among new labels differ by so much from those known:"
                  + " half the sum of the differences, 0 to 1.");
  static final Setting<Optional<Double>> PIXEL_SHIFT =
      number("trigger.pixel-shift")
          .means(
              "Fires when a channel's mean is so many deviations from that of the images known.");
  static final Setting<Optional<Double>> ACCURACY_FALL =
      number("trigger.accuracy-fall")
          .means(
              "Fires when the champion's accuracy on the new labels is so much below that on its"
                  + " test split. Costs an evaluation.");
  static final Setting<Double> COOL_DOWN =
      Setting.decimal("trigger.cool-down-hours")
          .atLeast(0)
          .defaultsTo(0.0)
          .means("Hours after a finished run in which no other is started.");

  /** How triggers combine. */
  enum Rule {
    ANY,
    ALL
  }

  private TriggerSettings() {}

  static List<Setting<?>> declared() {
    return List.of(
        WHEN,
        NEW_LABELS,
        NEW_SHARE,
        CHAMPION_AGE,
        BALANCE_SHIFT,
        PIXEL_SHIFT,
        ACCURACY_FALL,
        COOL_DOWN);
  }

  private static Setting<Optional<Double>> number(String key) {
    return Setting.decimal(key).above(0).optional();
  }
}
