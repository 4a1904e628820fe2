package org.meanfield.registry;

import java.util.Locale;
import org.meanfield.registry.Finding.Relation;

/**
 * That a challenger is shown to be at most a margin worse than the champion. Not finding a
 * difference is not enough: few examples find none. The lower end of the interval of the gain must
 * lie above the margin.
 *
 * @param margin of accuracy that may be lost, 0 to 1
 * @param significance one less the confidence of the interval
 */
public record NonInferiority(double margin, double significance) implements RelativeCriterion {
  @Override
  public String name() {
    return "non-inferiority";
  }

  @Override
  public Relation relation() {
    return Relation.AT_LEAST;
  }

  @Override
  public double threshold() {
    return -margin;
  }

  @Override
  public Finding judge(Contender challenger, Contender champion) {
    return Comparison.of(challenger, champion)
        .judge(
            this,
            outcomes ->
                found(
                    new McNemar(outcomes).gainAtLeast(significance),
                    String.format(
                        Locale.ROOT,
                        "lowest gain in accuracy at %.4g %% confidence; %s",
                        100 * (1 - significance),
                        Comparison.describe(outcomes))));
  }
}
