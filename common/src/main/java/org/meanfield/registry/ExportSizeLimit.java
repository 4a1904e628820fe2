package org.meanfield.registry;

import org.meanfield.registry.Finding.Relation;

/**
 * How large the served model may be.
 *
 * @param bytes of the largest model file
 */
public record ExportSizeLimit(long bytes) implements AbsoluteCriterion {
  @Override
  public String name() {
    return "maximum-export-bytes";
  }

  @Override
  public Relation relation() {
    return Relation.AT_MOST;
  }

  @Override
  public double threshold() {
    return (double) bytes;
  }

  @Override
  public Finding judge(Contender challenger) {
    return challenger
        .export()
        .map(
            export ->
                found((double) export.bytes(), "bytes of the largest model file of the export"))
        .orElseGet(() -> unmeasured(challenger.name() + " was not exported"));
  }
}
