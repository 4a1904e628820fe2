package org.meanfield.registry;

import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Locale;

/**
 * What one criterion found.
 *
 * @param criterion its name, as in the settings
 * @param verdict what follows
 * @param number that was held against the threshold; null where there is none
 * @param relation what the number must be to the threshold
 * @param threshold from the settings
 * @param explanation where the number comes from, for people
 */
public record Finding(
    String criterion,
    Verdict verdict,
    Double number,
    Relation relation,
    double threshold,
    String explanation) {

  /** What a criterion says. */
  public enum Verdict {
    /** The threshold is met. */
    PASSED("passed"),
    /** It is not. */
    FAILED("failed"),
    /** What the criterion needs was not measured, which counts as not met. */
    UNMEASURED("unmeasured"),
    /** There is no champion to be held against. */
    NOT_APPLICABLE("not-applicable");

    private final String id;

    Verdict(String id) {
      this.id = id;
    }

    /** The word in files. */
    @JsonValue
    public String id() {
      return id;
    }
  }

  /** On which side of its threshold a number must be. */
  public enum Relation {
    /** The number must not be smaller. */
    AT_LEAST("at least"),
    /** The number must not be larger. */
    AT_MOST("at most");

    private final String words;

    Relation(String words) {
      this.words = words;
    }

    /** In files and for people. */
    @JsonValue
    public String words() {
      return words;
    }

    boolean holds(double number, double threshold) {
      // Written so that NaN fails too.
      return this == AT_LEAST ? number >= threshold : number <= threshold;
    }
  }

  /** What follows from a number; one that is none was not measured. */
  public static Finding of(
      String criterion, double number, Relation relation, double threshold, String explanation) {
    Verdict verdict = relation.holds(number, threshold) ? Verdict.PASSED : Verdict.FAILED;
    // JSON has no NaN, and a number that is none was not measured.
    return Double.isFinite(number)
        ? new Finding(criterion, verdict, number, relation, threshold, explanation)
        : new Finding(criterion, Verdict.UNMEASURED, null, relation, threshold, explanation);
  }

  static Finding unmeasured(
      String criterion, Relation relation, double threshold, String explanation) {
    return new Finding(criterion, Verdict.UNMEASURED, null, relation, threshold, explanation);
  }

  static Finding notApplicable(String criterion, Relation relation, double threshold) {
    return new Finding(
        criterion, Verdict.NOT_APPLICABLE, null, relation, threshold, "there is no champion yet");
  }

  /** True where the criterion does not stand in the way of a promotion. */
  public boolean allows() {
    return verdict == Verdict.PASSED || verdict == Verdict.NOT_APPLICABLE;
  }

  /** One line for a person, columns aligned over several findings. */
  public String line() {
    return String.format(
        Locale.ROOT,
        "%-14s %-28s %10s  %s %s  (%s)",
        verdict.id(),
        criterion,
        number == null ? "-" : shown(number),
        relation.words(),
        shown(threshold),
        explanation);
  }

  /** Four significant places for small numbers, none after the point for counts. */
  static String shown(double number) {
    if (number == Math.rint(number) && Math.abs(number) >= 1000) {
      return String.format(Locale.ROOT, "%,d", (long) number);
    }
    return number != 0 && Math.abs(number) < 1e-3
        ? String.format(Locale.ROOT, "%.2e", number)
        : String.format(Locale.ROOT, "%.4f", number);
  }
}
