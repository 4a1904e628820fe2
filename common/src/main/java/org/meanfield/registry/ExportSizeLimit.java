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
  public Finding judge(Contender challenger) {
    return challenger
        .export()
        .map(
            export ->
                Finding.of(
                    name(),
                    (double) export.bytes(),
                    Relation.AT_MOST,
                    (double) bytes,
                    "bytes of the largest model file of the export"))
        .orElseGet(
            () ->
                Finding.unmeasured(
                    name(),
                    Relation.AT_MOST,
                    (double) bytes,
                    challenger.name() + " was not exported"));
  }
}
