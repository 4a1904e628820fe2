package org.meanfield.jobs.evaluate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.mllib.evaluation.MulticlassMetrics;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.Test;
import org.meanfield.data.ClassIndex;
import org.meanfield.data.Split;
import org.meanfield.evaluate.ClassFigures;
import org.meanfield.evaluate.EvaluationReport;
import org.meanfield.evaluate.EvaluationSubject;
import org.meanfield.evaluate.Evaluator;
import org.meanfield.jobs.testing.LocalSpark;
import org.meanfield.model.FloatVector;
import scala.Tuple2;

/** Spark's own metrics, computed independently, agree with ours. */
class MetricsOracleTest {
  private static final int CLASSES = 7;

  @Test
  void precisionRecallF1AndConfusionAreSparks() {
    SparkSession spark = LocalSpark.session();
    Random random = new Random(3);
    Evaluator evaluator = new Evaluator(CLASSES);
    List<Tuple2<Object, Object>> pairs = new ArrayList<>();
    for (int i = 0; i < 800; i++) {
      int label = Math.min(random.nextInt(CLASSES), random.nextInt(CLASSES));
      int predicted = random.nextInt(3) == 0 ? random.nextInt(CLASSES) : label;
      float[] probabilities = new float[CLASSES];
      Arrays.fill(probabilities, 0.05f);
      probabilities[predicted] = 0.7f;
      evaluator.add("id" + i, label, FloatVector.wrap(probabilities));
      pairs.add(new Tuple2<>((double) predicted, (double) label));
    }
    EvaluationReport ours =
        evaluator.report(
            new EvaluationSubject(
                "m", "d", Split.TEST, new ClassIndex(List.of("abcdefg".split("")))));
    MulticlassMetrics theirs =
        new MulticlassMetrics(
            JavaSparkContext.fromSparkContext(spark.sparkContext()).parallelize(pairs, 2).rdd());

    assertThat(ours.accuracy()).isCloseTo(theirs.accuracy(), within(1e-12));
    assertThat(ours.weightedPrecision()).isCloseTo(theirs.weightedPrecision(), within(1e-12));
    assertThat(ours.weightedRecall()).isCloseTo(theirs.weightedRecall(), within(1e-12));
    assertThat(ours.weightedF1()).isCloseTo(theirs.weightedFMeasure(), within(1e-12));
    double macroF1 = 0;
    for (ClassFigures figures : ours.perClass()) {
      double label = figures.label();
      assertThat(figures.precision()).isCloseTo(theirs.precision(label), within(1e-12));
      assertThat(figures.recall()).isCloseTo(theirs.recall(label), within(1e-12));
      assertThat(figures.f1()).isCloseTo(theirs.fMeasure(label), within(1e-12));
      macroF1 += theirs.fMeasure(label) / CLASSES;
      for (int predicted = 0; predicted < CLASSES; predicted++) {
        assertThat((double) ours.confusion().get(figures.label()).get(predicted))
            .isEqualTo(theirs.confusionMatrix().apply(figures.label(), predicted));
      }
    }
    assertThat(ours.macroF1()).isCloseTo(macroF1, within(1e-12));
  }
}
