package org.meanfield.registry;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.meanfield.data.ClassIndex;
import org.meanfield.data.Split;
import org.meanfield.evaluate.EvaluationReport;
import org.meanfield.evaluate.EvaluationSubject;
import org.meanfield.evaluate.Evaluator;
import org.meanfield.model.FloatVector;

/** Contenders whose evaluation and predictions come from the same answers. */
final class Contenders {
  static final List<String> CLASSES = List.of("cat", "dog", "owl");
  static final ExportFigures EXPORT = new ExportFigures(2_000_000, 1.5, 128, 1e-6, 1);

  private Contenders() {}

  /** Labels go round the classes; a wrong answer is the next class. */
  static Contender answering(String name, boolean... right) {
    return answering(name, "data", right);
  }

  static Contender answering(String name, String dataset, boolean... right) {
    return contender(name, dataset, 0.9f, right);
  }

  /** As {@link #answering(String, boolean...)}, each answer with such a probability. */
  static Contender confident(String name, float probability, boolean... right) {
    return contender(name, "data", probability, right);
  }

  private static Contender contender(
      String name, String dataset, float probability, boolean... right) {
    Evaluator evaluator = new Evaluator(CLASSES.size());
    TreeMap<String, Predictions.Answer> answers = new TreeMap<>();
    for (int i = 0; i < right.length; i++) {
      int label = i % CLASSES.size();
      int predicted = right[i] ? label : (label + 1) % CLASSES.size();
      float[] probabilities = new float[CLASSES.size()];
      Arrays.fill(probabilities, (1 - probability) / (CLASSES.size() - 1));
      probabilities[predicted] = probability;
      String id = String.format(Locale.ROOT, "%06d", i);
      evaluator.add(id, label, FloatVector.wrap(probabilities));
      answers.put(id, new Predictions.Answer(label, predicted));
    }
    EvaluationReport report =
        evaluator.report(
            new EvaluationSubject("m-" + name, dataset, Split.TEST, new ClassIndex(CLASSES)));
    return new Contender(
        name, Optional.of(report), Optional.of(new Predictions(answers)), Optional.of(EXPORT));
  }

  /** Right with the given probability, example by example. */
  static boolean[] right(SplittableRandom random, int examples, double accuracy) {
    boolean[] right = new boolean[examples];
    IntStream.range(0, examples).forEach(i -> right[i] = random.nextDouble() < accuracy);
    return right;
  }
}
