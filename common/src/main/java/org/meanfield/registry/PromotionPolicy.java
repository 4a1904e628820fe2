package org.meanfield.registry;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The gate: what a challenger must show before it serves. What was not measured was not shown, so a
 * missing figure fails its criterion. That both contenders were judged on the same split is asked
 * by every policy.
 *
 * @param criteria in the order in which they are reported
 */
public record PromotionPolicy(List<Criterion> criteria) {

  /** Adds {@link SameTestSplit} in front, where it is not there. */
  public PromotionPolicy {
    List<Criterion> all = new ArrayList<>(criteria);
    if (!all.contains(new SameTestSplit())) {
      all.add(0, new SameTestSplit());
    }
    criteria = List.copyOf(all);
  }

  /**
   * Judges.
   *
   * @param champion what serves now; empty for the first promotion
   */
  public PromotionDecision decide(Contender challenger, Optional<Contender> champion) {
    List<Finding> findings = new ArrayList<>();
    boolean good = true;
    boolean better = true;
    for (Criterion criterion : criteria) {
      Finding finding = criterion.judge(challenger, champion);
      findings.add(finding);
      if (!finding.allows()) {
        good &= criterion instanceof RelativeCriterion;
        better &= criterion instanceof AbsoluteCriterion;
      }
    }
    if (!good) {
      return new PromotionDecision.Refuse(findings);
    }
    return better
        ? new PromotionDecision.Promote(findings, Optional.empty())
        : new PromotionDecision.KeepChampion(findings);
  }
}
