package org.meanfield.jobs.retrain;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.DoubleSupplier;
import org.meanfield.config.Setting;
import org.meanfield.config.Settings;
import org.meanfield.registry.Finding;
import org.meanfield.registry.Finding.Relation;

/**
 * Which triggers of the settings fire, each with its number and threshold.
 *
 * @param rule how they combine
 * @param findings one for each trigger that is set; one that passed fires
 */
record Triggers(TriggerSettings.Rule rule, List<Finding> findings) {
  /** Copies the findings. */
  Triggers {
    findings = List.copyOf(findings);
  }

  /**
   * Asks every trigger that is set.
   *
   * @param championAgeDays days that the champion has served; empty where there is none
   * @param accuracyFall measured only where it is asked for; NaN where there is no champion
   */
  static Triggers of(
      Settings settings,
      NewImages images,
      Optional<Double> championAgeDays,
      DoubleSupplier accuracyFall) {
    List<Finding> asked = new ArrayList<>();
    Asking ask = new Asking(settings, asked);
    ask.about(TriggerSettings.NEW_LABELS, () -> (double) images.count(), "new labels");
    ask.about(
        TriggerSettings.NEW_SHARE,
        images::newShare,
        text("%,d new for %,d known", images.count(), images.knownCount()));
    ask.about(
        TriggerSettings.CHAMPION_AGE,
        () -> championAgeDays.orElse(Double.NaN),
        "days that the champion has served");
    ask.about(
        TriggerSettings.BALANCE_SHIFT,
        images::balanceShift,
        "half the sum of the differences of the classes' shares");
    ask.about(
        TriggerSettings.PIXEL_SHIFT,
        images::pixelShift,
        "largest of the channels, in known deviations");
    ask.about(
        TriggerSettings.ACCURACY_FALL,
        accuracyFall,
        "champion's accuracy on its test split less that on the new labels");
    if (asked.isEmpty()) {
      asked.add(of(TriggerSettings.NEW_LABELS, (double) images.count(), 1, "new labels"));
    }
    return new Triggers(settings.get(TriggerSettings.WHEN), asked);
  }

  /** True where they ask for a run. */
  boolean fire() {
    return rule == TriggerSettings.Rule.ALL
        ? findings.stream().allMatch(Finding::allows)
        : findings.stream().anyMatch(Finding::allows);
  }

  /** Those that fire, or, where no run follows, those that do not, in one line. */
  String line() {
    boolean fire = fire();
    return findings.stream()
        .filter(finding -> finding.allows() == fire)
        .map(Triggers::shown)
        .reduce((left, right) -> left + ", " + right)
        .orElseThrow();
  }

  private static String shown(Finding finding) {
    String number = finding.number() == null ? "not measured" : plain(finding.number());
    return finding.criterion()
        + " "
        + number
        + " ("
        + (finding.allows() ? "" : "fires ")
        + finding.relation().words()
        + " "
        + plain(finding.threshold())
        + "; "
        + finding.explanation()
        + ")";
  }

  private static String plain(double number) {
    return number == Math.rint(number)
        ? String.format(Locale.ROOT, "%,d", (long) number)
        : String.format(Locale.ROOT, "%.4f", number);
  }

  private static Finding of(Setting<?> setting, double number, double least, String explanation) {
    String name = setting.key().substring(setting.key().indexOf('.') + 1);
    return Finding.of(name, number, Relation.AT_LEAST, least, explanation);
  }

  /** Asks the triggers that are set; of others the number is not even measured. */
  private record Asking(Settings settings, List<Finding> asked) {
    <T extends Number> void about(
        Setting<Optional<T>> setting, DoubleSupplier number, String explanation) {
      settings
          .get(setting)
          .ifPresent(
              least ->
                  asked.add(of(setting, number.getAsDouble(), least.doubleValue(), explanation)));
    }
  }

  private static String text(String format, Object... values) {
    return String.format(Locale.ROOT, format, values);
  }
}
