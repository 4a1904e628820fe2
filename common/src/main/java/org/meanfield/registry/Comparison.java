package org.meanfield.registry;

import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Function;
import org.meanfield.evaluate.ClassFigures;
import org.meanfield.evaluate.EvaluationReport;

/** Whether two contenders can be compared example by example, and how they then differ. */
final class Comparison {
  private final Optional<String> obstacle;
  private final Optional<PairedOutcomes> outcomes;

  private Comparison(Optional<String> obstacle, Optional<PairedOutcomes> outcomes) {
    this.obstacle = obstacle;
    this.outcomes = outcomes;
  }

  /** Of a challenger with the champion. */
  static Comparison of(Contender challenger, Contender champion) {
    Optional<String> differs = differentSplit(challenger, champion);
    if (differs.isPresent()) {
      return new Comparison(differs, Optional.empty());
    }
    for (Contender one : new Contender[] {champion, challenger}) {
      if (one.predictions().isEmpty()) {
        return missing("no predictions of " + one.name() + " were kept");
      }
    }
    Optional<PairedOutcomes> paired =
        PairedOutcomes.of(champion.predictions().get(), challenger.predictions().get());
    return paired.isPresent()
        ? new Comparison(Optional.empty(), paired)
        : missing("the two were judged on different examples or labels");
  }

  /** Why two evaluations are not about the same examples; empty where they are. */
  static Optional<String> differentSplit(Contender challenger, Contender champion) {
    for (Contender one : new Contender[] {champion, challenger}) {
      if (one.evaluation().isEmpty()) {
        return Optional.of(one.name() + " was not evaluated");
      }
    }
    String own = split(challenger.evaluation().get());
    String other = split(champion.evaluation().get());
    return own.equals(other) || areTheSameExamples(challenger, champion)
        ? Optional.empty()
        : Optional.of(
            challenger.name()
                + " was judged on "
                + own
                + ", "
                + champion.name()
                + " on "
                + other
                + "; evaluate both on the same");
  }

  /** A frozen test split is the same in every data-set version that has it. */
  private static boolean areTheSameExamples(Contender challenger, Contender champion) {
    List<String> known = classes(champion.evaluation().orElseThrow());
    if (!known.equals(classes(challenger.evaluation().orElseThrow()))) {
      return false; // what is not in the old split says nothing about a new class
    }
    return champion
        .predictions()
        .flatMap(own -> challenger.predictions().flatMap(found -> PairedOutcomes.of(own, found)))
        .isPresent();
  }

  private static List<String> classes(EvaluationReport report) {
    return report.perClass().stream().map(ClassFigures::name).toList();
  }

  /** What a criterion makes of the outcomes; unmeasured where something stands in their way. */
  Finding judge(Criterion criterion, Function<PairedOutcomes, Finding> rule) {
    return outcomes.map(rule).orElseGet(() -> criterion.unmeasured(obstacle.orElseThrow()));
  }

  static String split(EvaluationReport report) {
    return String.format(
        Locale.ROOT,
        "%s of data set %s (%,d)",
        report.split(),
        report.datasetId(),
        report.examples());
  }

  static String describe(PairedOutcomes outcomes) {
    return String.format(
        Locale.ROOT,
        "of %,d examples only the challenger is right on %,d, only the champion on %,d; gain %+.4f,"
            + " exact McNemar p %.4g two-sided",
        outcomes.examples(),
        outcomes.onlyChallenger(),
        outcomes.onlyChampion(),
        outcomes.gain(),
        new McNemar(outcomes).twoSided());
  }

  private static Comparison missing(String reason) {
    return new Comparison(Optional.of(reason), Optional.empty());
  }
}
