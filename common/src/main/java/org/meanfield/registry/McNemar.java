package org.meanfield.registry;

/**
 * The exact McNemar test: were the two models equally good, each example on which they differ would
 * go to either with probability 1/2, so the challenger's share of them is binomial. Source:
 * McNemar, Psychometrika 12 (1947), 153-157; the exact form as in Fagerland, Lydersen and Laake,
 * BMC Medical Research Methodology 13:91 (2013).
 */
public final class McNemar {
  /** How much of the doubt is about the rate of differing examples. It decides little. */
  private static final double RATE_SHARE = 0.2;

  private final PairedOutcomes outcomes;
  private final Binomial binomial;

  /** Of two models on the same examples. */
  public McNemar(PairedOutcomes outcomes) {
    this.outcomes = outcomes;
    this.binomial = new Binomial(outcomes.discordant());
  }

  /** The probability of a difference as large as the one seen, in either direction. */
  public double twoSided() {
    long smaller = Math.min(outcomes.onlyChampion(), outcomes.onlyChallenger());
    return Math.min(1, 2 * binomial.atMost(smaller, 0.5));
  }

  /** The probability that an equally good challenger does as well as this one did, or better. */
  public double challengerBetter() {
    return binomial.atLeast(outcomes.onlyChallenger(), 0.5);
  }

  /**
   * What the gain in accuracy is at least, with confidence 1 - {@code alpha}. The gain is the rate
   * of examples on which the two differ, times how much more than half of those the challenger
   * wins. Each factor has its Clopper-Pearson bound, at confidences that fall short of certainty by
   * {@code alpha} together: few examples bound the rate badly, also where none of them differs. So
   * it holds in at least as many experiments as it claims. Above 0 only where {@link
   * #challengerBetter} is below {@code alpha}; -1 without examples.
   */
  public double gainAtLeast(double alpha) {
    if (outcomes.examples() == 0) {
      return -1;
    }
    double won = binomial.lowerBound(outcomes.onlyChallenger(), alpha * (1 - RATE_SHARE));
    Binomial differing = new Binomial(outcomes.examples());
    double rate =
        won < 0.5
            ? differing.upperBound(outcomes.discordant(), alpha * RATE_SHARE)
            : differing.lowerBound(outcomes.discordant(), alpha * RATE_SHARE);
    return (2 * won - 1) * rate;
  }
}
