package org.meanfield.jobs.retrain;

import java.util.List;
import org.meanfield.config.Setting;

/** What new images must be like before they are trained on. */
final class ValidationSettings {
  static final Setting<Double> UNREADABLE =
      share("validation.maximum-unreadable", 0.01)
          .means("Share of the delivered images that may be unusable.");
  static final Setting<Double> TEST_DUPLICATES =
      share("validation.maximum-test-duplicates", 0.1)
          .means(
              "Share of the delivered images that may be images of the frozen test split. They are"
                  + " never trained on; many of them say that something else is wrong.");
  static final Setting<Double> RELABELLED =
      share("validation.maximum-relabelled", 0.05)
          .means("Share of the delivered images that may be known under another label.");
  static final Setting<Double> BALANCE_SHIFT =
      share("validation.maximum-class-balance-shift", 0.3)
          .means(
              "How far the classes' shares may be from those known: half the sum of the"
                  + " differences.");
  static final Setting<Double> IMBALANCE =
      Setting.decimal("validation.maximum-imbalance")
          .atLeast(1)
          .defaultsTo(100.0)
          .means(
              "Images of the largest class for each one of the smallest, among all that can be"
                  + " trained on, the first run's too.");
  static final Setting<Double> PIXEL_SHIFT =
      Setting.decimal("validation.maximum-pixel-shift")
          .atLeast(0)
          .defaultsTo(0.5)
          .means(
              "How far a channel's mean may be from that of the images known, in their"
                  + " deviations.");
  static final Setting<Integer> NEW_CLASSES =
      Setting.integer("validation.allowed-new-classes")
          .atLeast(0)
          .defaultsTo(0)
          .means(
              "How many classes may be new. The champion cannot be compared with a challenger of"
                  + " more classes, so that promoting one takes --override.");
  static final Setting<Integer> VANISHED_CLASSES =
      Setting.integer("validation.allowed-vanished-classes")
          .atLeast(0)
          .defaultsTo(0)
          .means("How many classes may be missing of which images were to be expected.");
  static final Setting<Double> EXPECTED =
      Setting.decimal("validation.expected-images")
          .above(0)
          .defaultsTo(10.0)
          .means(
              "A class is missing only where its share of the known images lets so many be"
                  + " expected.");

  private ValidationSettings() {}

  static List<Setting<?>> declared() {
    return List.of(
        UNREADABLE,
        TEST_DUPLICATES,
        RELABELLED,
        IMBALANCE,
        BALANCE_SHIFT,
        PIXEL_SHIFT,
        NEW_CLASSES,
        VANISHED_CLASSES,
        EXPECTED);
  }

  private static Setting<Double> share(String key, double fallback) {
    return Setting.decimal(key).atLeast(0).atMost(1).defaultsTo(fallback);
  }
}
