package org.meanfield.registry;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.meanfield.evaluate.ClassFigures;
import org.meanfield.registry.Finding.Relation;

/**
 * How much recall any class may lose: what was learnt must not be forgotten. A class that the
 * challenger does not know counts as recall 0. The number is the largest fall.
 *
 * @param threshold difference of recalls, 0 to 1
 */
public record ClassRegressionLimit(double threshold) implements RelativeCriterion {
  @Override
  public String name() {
    return "maximum-class-regression";
  }

  @Override
  public Relation relation() {
    return Relation.AT_MOST;
  }

  @Override
  public Finding judge(Contender challenger, Contender champion) {
    Optional<String> difference = Comparison.differentSplit(challenger, champion);
    if (difference.isPresent()) {
      return unmeasured(difference.get());
    }
    Map<String, ClassFigures> own = new HashMap<>();
    challenger
        .evaluation()
        .orElseThrow()
        .perClass()
        .forEach(figures -> own.put(figures.name(), figures));
    double largest = Double.NEGATIVE_INFINITY;
    String worst = "no class has examples";
    List<String> above = new ArrayList<>();
    for (ClassFigures before : champion.evaluation().orElseThrow().perClass()) {
      if (before.support() == 0) {
        continue;
      }
      ClassFigures after = own.getOrDefault(before.name(), unknown(before));
      double fall = (double) (hits(before) - hits(after)) / before.support();
      String change =
          String.format(
              Locale.ROOT, "%s %.4f to %.4f", before.name(), before.recall(), after.recall());
      if (fall > largest) {
        largest = fall;
        worst = change;
      }
      if (fall > threshold) {
        above.add(change);
      }
    }
    String explanation =
        above.isEmpty()
            ? "recall, largest fall: " + worst
            : above.size() + " classes lose more: " + ClassFloors.listed(above);
    return found(largest, explanation);
  }

  private static ClassFigures unknown(ClassFigures figures) {
    return new ClassFigures(figures.name(), figures.label(), 0, 0, 0, figures.support(), 0);
  }

  /** From counts: a difference of rounded quotients can miss a threshold that is met exactly. */
  private static long hits(ClassFigures figures) {
    return Math.round(figures.recall() * figures.support());
  }
}
