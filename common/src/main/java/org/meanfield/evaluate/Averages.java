package org.meanfield.evaluate;

import java.util.List;
import java.util.function.ToDoubleFunction;

/**
 * Precision, recall and F1 averaged over the classes that have examples: a class without any says
 * nothing about the model. Summed in label order.
 *
 * @param precision mean of the classes' precision
 * @param recall mean of the classes' recall; weighted by support it is the accuracy
 * @param f1 mean of the classes' F1
 */
public record Averages(double precision, double recall, double f1) {

  /** Every class counts the same. */
  static Averages macro(List<ClassFigures> classes) {
    return of(classes, figures -> figures.support() > 0 ? 1 : 0);
  }

  /** Every example counts the same. */
  static Averages weighted(List<ClassFigures> classes) {
    return of(classes, ClassFigures::support);
  }

  private static Averages of(List<ClassFigures> classes, ToDoubleFunction<ClassFigures> weight) {
    return new Averages(
        mean(classes, weight, ClassFigures::precision),
        mean(classes, weight, ClassFigures::recall),
        mean(classes, weight, ClassFigures::f1));
  }

  private static double mean(
      List<ClassFigures> classes,
      ToDoubleFunction<ClassFigures> weight,
      ToDoubleFunction<ClassFigures> figure) {
    double sum = 0;
    double weights = 0;
    for (ClassFigures figures : classes) {
      sum += weight.applyAsDouble(figures) * figure.applyAsDouble(figures);
      weights += weight.applyAsDouble(figures);
    }
    return weights == 0 ? 0 : sum / weights;
  }
}
