package org.meanfield.registry;

/**
 * The exact McNemar test: were the two models equally good, each example on which they differ would
 * go to either with probability 1/2, so the challenger's share of them is binomial. Source:
 * McNemar, Psychometrika 12 (1947), 153-157; the exact form as in Fagerland, Lydersen and Laake,
 * BMC Medical Research Methodology 13:91 (2013).
 */
public final class McNemar {
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
   * What the gain in accuracy is at least, with confidence 1 - {@code alpha}: the Clopper-Pearson
   * bound of the challenger's share of the differing examples, given how many of those there are.
   * It is above 0 exactly where {@link #challengerBetter} is below {@code alpha}. 0 where the two
   * never differ.
   */
  public double gainAtLeast(double alpha) {
    if (outcomes.discordant() == 0) {
      return 0;
    }
    double share = binomial.lowerBound(outcomes.onlyChallenger(), alpha);
    return (2 * share - 1) * outcomes.discordant() / outcomes.examples();
  }
}
