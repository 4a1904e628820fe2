package org.meanfield.jobs.retrain;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.meanfield.config.Setting;
import org.meanfield.config.Settings;
import org.meanfield.registry.Finding;
import org.meanfield.registry.Finding.Relation;

/** Holds new images against the limits of the settings, a finding each. */
final class Validation {
  private Validation() {}

  /** All findings, those that nothing was known to compare with left out. */
  static List<Finding> of(NewImages images, Settings settings) {
    List<Finding> findings = new ArrayList<>();
    findings.add(
        limit(
            ValidationSettings.UNREADABLE,
            images.unreadableShare(),
            settings,
            text(
                "%,d of %,d delivered images cannot be used",
                images.unreadable(), images.inputs())));
    findings.add(
        limit(
            ValidationSettings.IMBALANCE,
            images.imbalance(),
            settings,
            "images of the largest class for each one of the smallest: " + images.extremes()));
    if (!images.known().isEmpty()) {
      findings.addAll(ofImages(images, settings));
      findings.addAll(ofClasses(images, settings));
      findings.addAll(ofShifts(images, settings));
    }
    return findings;
  }

  private static List<Finding> ofImages(NewImages images, Settings settings) {
    return List.of(
        limit(
            ValidationSettings.TEST_DUPLICATES,
            images.testDuplicateShare(),
            settings,
            text("%,d are images of the frozen test split and dropped", images.testDuplicates())),
        limit(
            ValidationSettings.RELABELLED,
            images.relabelledShare(),
            settings,
            text("%,d were known under another label", images.relabelled())));
  }

  private static List<Finding> ofClasses(NewImages images, Settings settings) {
    List<String> fresh = images.newClasses();
    List<String> gone = images.vanishedClasses(settings.get(ValidationSettings.EXPECTED));
    return List.of(
        limit(ValidationSettings.NEW_CLASSES, fresh.size(), settings, "new classes: " + fresh),
        limit(
            ValidationSettings.VANISHED_CLASSES,
            gone.size(),
            settings,
            "missing classes: " + gone));
  }

  private static List<Finding> ofShifts(NewImages images, Settings settings) {
    List<Finding> findings = new ArrayList<>();
    if (images.count() > 0) {
      findings.add(
          limit(
              ValidationSettings.BALANCE_SHIFT,
              images.balanceShift(),
              settings,
              text("%,d new labels against %,d known", images.count(), images.knownCount())));
    }
    if (!Double.isNaN(images.pixelShift())) {
      findings.add(
          limit(
              ValidationSettings.PIXEL_SHIFT,
              images.pixelShift(),
              settings,
              "largest of the channels, in known deviations"));
    }
    return findings;
  }

  private static Finding limit(
      Setting<? extends Number> setting, double number, Settings settings, String explanation) {
    String name = setting.key().substring(setting.key().indexOf('.') + 1);
    double threshold = settings.get(setting).doubleValue();
    return Finding.of(name, number, Relation.AT_MOST, threshold, explanation);
  }

  private static String text(String format, Object... values) {
    return String.format(Locale.ROOT, format, values);
  }
}
