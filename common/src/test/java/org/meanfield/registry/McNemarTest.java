package org.meanfield.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.MathContext;
import java.util.SplittableRandom;
import org.assertj.core.data.Percentage;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class McNemarTest {
  /**
   * Published: 1 and 7 are the airway data of Fagerland, Lydersen and Laake (2013), whose exact
   * conditional p is 0.070; 6 and 16 give the 0.053 of many a textbook's small-sample example; 150
   * and 86 are Agresti's approval ratings (Categorical Data Analysis, 1990), here with the exact p
   * that SciPy 1.17's binomtest gives in place of his chi-squared.
   */
  @ParameterizedTest
  @CsvSource({
    "1, 7, 0.0703125",
    "6, 16, 0.052478790283203125",
    "150, 86, 3.7159361395713866e-05",
    "59, 6, 4.964650327128616e-12",
    "0, 5, 0.0625",
    "25, 25, 1",
    "0, 0, 1"
  })
  void twoSidedMatchesPublishedValues(long champion, long challenger, double p) {
    assertThat(new McNemar(new PairedOutcomes(500, champion, challenger, 90)).twoSided())
        .isCloseTo(p, Percentage.withPercentage(1e-9));
    assertThat(new McNemar(new PairedOutcomes(0, challenger, champion, 0)).twoSided())
        .isCloseTo(p, Percentage.withPercentage(1e-9));
  }

  @Test
  void matchesEveryWayToSplitUpToTwelveDiscordantExamples() {
    for (int n = 0; n <= 12; n++) {
      for (int challenger = 0; challenger <= n; challenger++) {
        int asGood = 0;
        int asFar = 0;
        for (int sides = 0; sides < 1 << n; sides++) {
          int wins = Integer.bitCount(sides);
          asGood += wins >= challenger ? 1 : 0;
          asFar += Math.abs(2 * wins - n) >= Math.abs(2 * challenger - n) ? 1 : 0;
        }
        McNemar test = new McNemar(new PairedOutcomes(3, n - challenger, challenger, 4));
        double all = 1 << n;
        assertThat(test.challengerBetter()).isCloseTo(asGood / all, within(1e-14));
        assertThat(test.twoSided()).isCloseTo(asFar / all, within(1e-14));
      }
    }
  }

  @Test
  void tailsMatchExactArithmetic() {
    SplittableRandom random = new SplittableRandom(7);
    for (int i = 0; i < 60; i++) {
      int n = random.nextInt(1, 1500);
      int k = Math.min(n, (int) (n * (0.35 + 0.3 * random.nextDouble())));
      double expected = exactAtMost(n, k);
      assertThat(new Binomial(n).atMost(k, 0.5))
          .isCloseTo(expected, Percentage.withPercentage(1e-8));
    }
    // SciPy 1.17: binom.cdf(49000, 100000, 0.5)
    assertThat(new Binomial(100_000).atMost(49_000, 0.5))
        .isCloseTo(1.2943580191734472e-10, Percentage.withPercentage(1e-5));
  }

  /**
   * Clopper and Pearson's interval: 10 of 100 at 95 % two-sided is [0.0490, 0.1762] in any table;
   * the rest are SciPy 1.17's beta.ppf(alpha, k, n - k + 1).
   */
  @ParameterizedTest
  @CsvSource({
    "10, 100, 0.025, 0.04900468922148595",
    "16, 22, 0.05, 0.5315054559657617",
    "86, 236, 0.05, 0.31225560122174995",
    "51000, 100000, 0.05, 0.5073945882299584",
    "0, 17, 0.05, 0"
  })
  void lowerBoundMatchesPublishedValues(int successes, int trials, double alpha, double bound) {
    assertThat(new Binomial(trials).lowerBound(successes, alpha)).isCloseTo(bound, within(1e-9));
  }

  @Test
  void allSuccessesHaveTheBoundInClosedForm() {
    for (int n = 1; n < 60; n++) {
      assertThat(new Binomial(n).lowerBound(n, 0.05))
          .isCloseTo(Math.pow(0.05, 1.0 / n), within(1e-12));
    }
  }

  @Test
  void theBoundIsAboveZeroOnlyWhereTheTestConvinces() {
    SplittableRandom random = new SplittableRandom(11);
    int convinced = 0;
    int above = 0;
    for (int i = 0; i < 400; i++) {
      PairedOutcomes outcomes =
          new PairedOutcomes(
              random.nextInt(200), random.nextInt(40), random.nextInt(60), random.nextInt(50));
      McNemar test = new McNemar(outcomes);
      boolean better = test.challengerBetter() < 0.05;
      convinced += better ? 1 : 0;
      above += test.gainAtLeast(0.05) > 0 ? 1 : 0;
      assertThat(test.gainAtLeast(0.05) > 0 && !better).as("%s", outcomes).isFalse();
      assertThat(test.gainAtLeast(0.05)).isLessThanOrEqualTo(outcomes.gain());
    }
    assertThat(convinced).isBetween(50, 350);
    assertThat(above).isBetween(convinced - 15, convinced);
  }

  /** What none of n examples shows is bounded by 1 - alpha^(1/n), here at a fifth of 0.05. */
  @Test
  void equalAnswersShowTheMoreTheMoreThereAre() {
    for (int n : new int[] {10, 100, 1000, 10_000}) {
      double bound = new McNemar(new PairedOutcomes(n, 0, 0, 0)).gainAtLeast(0.05);
      assertThat(bound).isCloseTo(Math.pow(0.01, 1.0 / n) - 1, within(1e-9));
    }
    assertThat(new McNemar(new PairedOutcomes(0, 0, 0, 0)).gainAtLeast(0.05)).isEqualTo(-1);
  }

  /**
   * Whole experiments, in which the number of differing examples is drawn too: with that number
   * taken for known the bound was too high in up to 40 of 100.
   */
  @ParameterizedTest
  @CsvSource({
    "100, 0.02, 0",
    "100, 0.05, 0.02",
    "300, 0.01, 0.01",
    "1000, 0.013, 0",
    "1000, 0.05, 0.04",
    "1000, 0.02, 0.08"
  })
  void theBoundHoldsInAsManyExperimentsAsItClaims(
      int examples, double championAlone, double challengerAlone) {
    SplittableRandom random = new SplittableRandom(13);
    int missed = 0;
    int experiments = 1000;
    for (int i = 0; i < experiments; i++) {
      int champion = 0;
      int challenger = 0;
      for (int j = 0; j < examples; j++) {
        double drawn = random.nextDouble();
        champion += drawn < championAlone ? 1 : 0;
        challenger += drawn >= championAlone && drawn < championAlone + challengerAlone ? 1 : 0;
      }
      PairedOutcomes outcomes =
          new PairedOutcomes(examples - champion - challenger, champion, challenger, 0);
      double truth = challengerAlone - championAlone;
      missed += new McNemar(outcomes).gainAtLeast(0.05) > truth ? 1 : 0;
    }
    assertThat((double) missed / experiments).isLessThan(0.06);
  }

  @Test
  void pairsPredictionsExampleByExample() {
    Predictions champion =
        Predictions.fromCsv("a", "id,label,predicted\na,0,0\nb,1,1\nc,2,0\nd,1,0\ne,0,0\n");
    Predictions challenger =
        Predictions.fromCsv("b", "id,label,predicted\na,0,0\nb,1,2\nc,2,2\nd,1,1\ne,0,0\n");
    assertThat(PairedOutcomes.of(champion, challenger)).contains(new PairedOutcomes(2, 1, 2, 0));
    assertThat(Predictions.fromCsv("a", champion.toCsv())).isEqualTo(champion);
    Predictions others = Predictions.fromCsv("c", "id,label,predicted\na,0,0\n");
    assertThat(PairedOutcomes.of(champion, others)).isEmpty();
    Predictions relabelled =
        Predictions.fromCsv("d", "id,label,predicted\na,1,0\nb,1,1\nc,2,0\nd,1,0\ne,0,0\n");
    assertThat(PairedOutcomes.of(champion, relabelled)).isEmpty();
  }

  private static double exactAtMost(int n, int k) {
    BigInteger coefficient = BigInteger.ONE;
    BigInteger sum = BigInteger.ZERO;
    for (int i = 0; i <= k; i++) {
      sum = sum.add(coefficient);
      coefficient =
          coefficient.multiply(BigInteger.valueOf(n - i)).divide(BigInteger.valueOf(i + 1));
    }
    BigDecimal all = new BigDecimal(BigInteger.TWO.pow(n));
    return new BigDecimal(sum).divide(all, MathContext.DECIMAL64).doubleValue();
  }
}
