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
  public Finding judge(Contender challenger) {
    return challenger
        .export()
        .filter(export -> export.latencyMilliseconds() != null)
        .map(
            export ->
                Finding.of(
                    name(),
                    export.latencyMilliseconds(),
                    Relation.AT_MOST,
                    milliseconds,
                    "milliseconds for one image"))
        .orElseGet(
            () ->
                Finding.unmeasured(
                    name(),
                    Relation.AT_MOST,
                    milliseconds,
                    "nobody measured the latency of " + challenger.name()));
  }
}
