package org.meanfield.registry;

import org.meanfield.registry.Finding.Relation;

/**
 * How long the served model may take for one image.
 *
 * @param milliseconds on the machine that measured it
 */
public record ExportLatencyLimit(double milliseconds) implements AbsoluteCriterion {
  @Override
  public String name() {
    return "maximum-latency-milliseconds";
  }

  @Override
  public Relation relation() {
    return Relation.AT_MOST;
  }

  @Override
  public double threshold() {
    return milliseconds;
  }

  @Override
  public Finding judge(Contender challenger) {
    return challenger
        .export()
        .filter(export -> export.latencyMilliseconds() != null)
        .map(export -> found(export.latencyMilliseconds(), "milliseconds for one image"))
        .orElseGet(() -> unmeasured("nobody measured the latency of " + challenger.name()));
  }
}
