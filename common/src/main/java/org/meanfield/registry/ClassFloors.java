package org.meanfield.registry;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.meanfield.evaluate.ClassFigures;
import org.meanfield.evaluate.EvaluationReport;
import org.meanfield.registry.Finding.Relation;

/**
 * The recall that each class needs. The number is that of the class that is furthest below its
 * floor, or closest to it. Classes without an example are passed over.
 *
 * @param everywhere the floor of a class that is not named, 0 to 1
 * @param byClass floors of single classes
 */
public record ClassFloors(double everywhere, Map<String, Double> byClass)
    implements AbsoluteCriterion {
  private static final int SHOWN = 5;

  /** Copies the floors. */
  public ClassFloors {
    byClass = Collections.unmodifiableMap(new TreeMap<>(byClass));
  }

  @Override
  public String name() {
    return "class-floors";
  }

  @Override
  public Relation relation() {
    return Relation.AT_LEAST;
  }

  @Override
  public double threshold() {
    return everywhere;
  }

  @Override
  public Finding judge(Contender challenger) {
    return judgeEvaluation(challenger, this::judge);
  }

  private Finding judge(EvaluationReport report) {
    List<String> unknown = new ArrayList<>(byClass.keySet());
    List<String> below = new ArrayList<>();
    Optional<ClassFigures> worst = Optional.empty();
    for (ClassFigures figures : report.perClass()) {
      if (figures.support() == 0) {
        continue;
      }
      unknown.remove(figures.name());
      if (worst.isEmpty() || room(figures) < room(worst.get())) {
        worst = Optional.of(figures);
      }
      if (room(figures) < 0) {
        below.add(figures.name() + " " + Finding.shown(figures.recall()));
      }
    }
    if (!unknown.isEmpty() || worst.isEmpty()) {
      return unmeasured(
          unknown.isEmpty() ? "no class has examples" : "no examples of the classes " + unknown);
    }
    ClassFigures named = worst.get();
    String explanation =
        below.isEmpty()
            ? "no class is below; closest: " + named.name()
            : below.size() + " classes are below: " + listed(below);
    return Finding.of(name(), named.recall(), relation(), floor(named), explanation);
  }

  private double floor(ClassFigures figures) {
    return byClass.getOrDefault(figures.name(), everywhere);
  }

  private double room(ClassFigures figures) {
    return figures.recall() - floor(figures);
  }

  static String listed(List<String> all) {
    return String.join(", ", all.subList(0, Math.min(SHOWN, all.size())))
        + (all.size() > SHOWN ? " and more" : "");
  }
}
