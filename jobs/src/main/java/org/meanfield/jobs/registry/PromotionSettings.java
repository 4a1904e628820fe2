package org.meanfield.jobs.registry;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.meanfield.config.Setting;
import org.meanfield.config.Settings;
import org.meanfield.error.SettingsException;
import org.meanfield.registry.CalibrationLimit;
import org.meanfield.registry.ClassFloors;
import org.meanfield.registry.ClassRegressionLimit;
import org.meanfield.registry.Criterion;
import org.meanfield.registry.ExportAgreement;
import org.meanfield.registry.ExportLatencyLimit;
import org.meanfield.registry.ExportSizeLimit;
import org.meanfield.registry.MinimumAccuracy;
import org.meanfield.registry.MinimumGain;
import org.meanfield.registry.NonInferiority;
import org.meanfield.registry.PromotionPolicy;
import org.meanfield.registry.SignificantGain;

/** The gate's settings, shared by everything that promotes. */
public final class PromotionSettings {
  private static final Setting<Double> MINIMUM_ACCURACY =
      share("promotion.minimum-accuracy", 0)
          .means("The share of right answers on the test split that a challenger needs.");
  private static final Setting<Comparison> COMPARISON =
      Setting.choice("promotion.comparison", Comparison.class)
          .means(
              "What a challenger must show next to the champion, on the same examples: that it is"
                  + " better (superior: significant-gain and minimum-gain), or that it is at most"
                  + " promotion.margin worse (non-inferior).")
          .defaultsTo(Comparison.NON_INFERIOR);
  private static final Setting<Double> SIGNIFICANCE =
      Setting.decimal("promotion.significance")
          .means("The error that the comparison may make, of the exact McNemar test.")
          .above(0)
          .atMost(0.5)
          .defaultsTo(0.05);
  private static final Setting<Double> MARGIN =
      share("promotion.margin", 0.01)
          .means("The accuracy that a non-inferior challenger may lose at most.");
  private static final Setting<Double> MINIMUM_GAIN =
      Setting.decimal("promotion.minimum-gain")
          .means("By how much a superior challenger's accuracy must be higher.")
          .atLeast(-1)
          .atMost(1)
          .defaultsTo(0.0);
  private static final Setting<Double> MINIMUM_RECALL =
      share("promotion.minimum-class-recall", 0)
          .means("The recall that every class needs, where promotion.class-floors names none.");
  private static final Setting<List<String>> CLASS_FLOORS =
      Setting.texts("promotion.class-floors")
          .means("The recall that single classes need, each as CLASS=RECALL.")
          .defaultsTo(List.of());
  private static final Setting<Double> CLASS_REGRESSION =
      share("promotion.maximum-class-regression", 0.05)
          .means("The recall that any class may lose next to the champion.");
  private static final Setting<Double> CALIBRATION =
      share("promotion.maximum-calibration-error", 0.15)
          .means("The expected calibration error that a challenger may have.");
  private static final Setting<Double> AGREEMENT =
      share("promotion.minimum-export-agreement", 1)
          .means(
              "The share of images on which export and trained model must name the same class; 0"
                  + " asks for no export.");
  private static final Setting<Optional<Long>> SIZE =
      Setting.longInteger("promotion.maximum-export-bytes")
          .means("The bytes that the largest model file of the export may have.")
          .atLeast(1)
          .optional();
  private static final Setting<Optional<Double>> LATENCY =
      Setting.decimal("promotion.maximum-latency-milliseconds")
          .means("The milliseconds that the export may take for one image.")
          .above(0)
          .optional();

  /** What a challenger must show next to the champion. */
  enum Comparison {
    SUPERIOR,
    NON_INFERIOR
  }

  private PromotionSettings() {}

  /** Every setting of the gate. */
  public static List<Setting<?>> declared() {
    return List.of(
        MINIMUM_ACCURACY,
        COMPARISON,
        SIGNIFICANCE,
        MARGIN,
        MINIMUM_GAIN,
        MINIMUM_RECALL,
        CLASS_FLOORS,
        CLASS_REGRESSION,
        CALIBRATION,
        AGREEMENT,
        SIZE,
        LATENCY);
  }

  /** The gate that the settings describe. */
  public static PromotionPolicy policy(Settings settings) {
    List<Criterion> criteria = new ArrayList<>();
    criteria.add(new MinimumAccuracy(settings.get(MINIMUM_ACCURACY)));
    criteria.add(new ClassFloors(settings.get(MINIMUM_RECALL), floors(settings)));
    criteria.add(new CalibrationLimit(settings.get(CALIBRATION)));
    if (settings.get(AGREEMENT) > 0) {
      criteria.add(new ExportAgreement(settings.get(AGREEMENT)));
    }
    settings.get(SIZE).ifPresent(bytes -> criteria.add(new ExportSizeLimit(bytes)));
    settings.get(LATENCY).ifPresent(limit -> criteria.add(new ExportLatencyLimit(limit)));
    double significance = settings.get(SIGNIFICANCE);
    switch (settings.get(COMPARISON)) {
      case SUPERIOR -> {
        criteria.add(new MinimumGain(settings.get(MINIMUM_GAIN)));
        criteria.add(new SignificantGain(significance));
      }
      case NON_INFERIOR -> criteria.add(new NonInferiority(settings.get(MARGIN), significance));
    }
    criteria.add(new ClassRegressionLimit(settings.get(CLASS_REGRESSION)));
    return new PromotionPolicy(criteria);
  }

  private static Map<String, Double> floors(Settings settings) {
    Map<String, Double> floors = new LinkedHashMap<>();
    List<String> problems = new ArrayList<>();
    for (String floor : settings.get(CLASS_FLOORS)) {
      int equals = floor.lastIndexOf('=');
      try {
        double recall = Double.parseDouble(floor.substring(equals + 1).strip());
        if (equals > 0 && recall >= 0 && recall <= 1) {
          floors.put(floor.substring(0, equals).strip(), recall);
          continue;
        }
      } catch (NumberFormatException e) {
        // Told with the other floors that are none.
      }
      problems.add(
          "'promotion.class-floors' has '" + floor + "'; expected CLASS=RECALL, recall 0 to 1");
    }
    if (!problems.isEmpty()) {
      throw SettingsException.listing("in the settings", problems);
    }
    return floors;
  }

  private static Setting<Double> share(String key, double fallback) {
    return Setting.decimal(key).atLeast(0).atMost(1).defaultsTo(fallback);
  }
}
