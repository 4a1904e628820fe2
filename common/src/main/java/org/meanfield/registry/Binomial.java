package org.meanfield.registry;

/**
 * The binomial distribution of {@code trials} trials, summed term by term: exact but for rounding.
 * Instances are cheap for up to some millions of trials.
 */
final class Binomial {
  private static final int HALVINGS = 100;
  private final int trials;
  private final double[] logCoefficients;

  Binomial(long trials) {
    if (trials < 0 || trials > Integer.MAX_VALUE - 8) {
      throw new IllegalArgumentException(trials + " trials cannot be summed");
    }
    this.trials = (int) trials;
    this.logCoefficients = logCoefficients(this.trials);
  }

  /** P(X <= k) where a trial succeeds with probability p. */
  double atMost(long k, double p) {
    return sum(0, Math.min(k, trials), p);
  }

  /** P(X >= k) where a trial succeeds with probability p. */
  double atLeast(long k, double p) {
    return sum(Math.max(0, k), trials, p);
  }

  /**
   * The lower end of the one-sided interval of the success probability: the largest p under which
   * so many successes, or more, still have probability at most {@code alpha}. Source: Clopper and
   * Pearson, Biometrika 26 (1934), 404-413.
   */
  double lowerBound(long successes, double alpha) {
    if (successes == 0) {
      return 0;
    }
    double low = 0;
    double high = (double) successes / trials;
    for (int i = 0; i < HALVINGS && low < high; i++) {
      double middle = (low + high) / 2;
      if (middle == low || middle == high) {
        break;
      }
      if (atLeast(successes, middle) <= alpha) {
        low = middle;
      } else {
        high = middle;
      }
    }
    return low;
  }

  /**
   * The upper end of the one-sided interval: the smallest p under which so many successes, or
   * fewer, have probability at most {@code alpha}. Source: as {@link #lowerBound}.
   */
  double upperBound(long successes, double alpha) {
    return 1 - lowerBound(trials - successes, alpha);
  }

  private double sum(long from, long to, double p) {
    if (p <= 0 || p >= 1) {
      long certain = p <= 0 ? 0 : trials;
      return from <= certain && certain <= to ? 1 : 0;
    }
    double logP = Math.log(p);
    double logQ = Math.log1p(-p);
    double sum = 0;
    double lost = 0; // Kahan: what rounding took from the sum
    for (int k = (int) from; k <= to; k++) {
      double term = Math.exp(logCoefficients[k] + k * logP + (trials - k) * logQ) - lost;
      double next = sum + term;
      lost = (next - sum) - term;
      sum = next;
    }
    return Math.min(1, sum);
  }

  /** ln C(n, k) for k = 0..n, by C(n, k) = C(n, k - 1) (n - k + 1) / k, symmetric by copying. */
  private static double[] logCoefficients(int n) {
    double[] logs = new double[n + 1];
    double lost = 0;
    for (int k = 1; k <= n / 2; k++) {
      double step = Math.log(n - k + 1.0) - Math.log(k) - lost;
      double next = logs[k - 1] + step;
      lost = (next - logs[k - 1]) - step;
      logs[k] = next;
    }
    for (int k = n / 2 + 1; k <= n; k++) {
      logs[k] = logs[n - k];
    }
    return logs;
  }
}
