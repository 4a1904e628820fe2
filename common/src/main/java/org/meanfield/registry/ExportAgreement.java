package org.meanfield.registry;

import java.util.Locale;
import org.meanfield.registry.Finding.Relation;

/**
 * How often the served model must name the class that the trained one names.
 *
 * @param threshold share of images, 0 to 1
 */
public record ExportAgreement(double threshold) implements AbsoluteCriterion {
  @Override
  public String name() {
    return "minimum-export-agreement";
  }

  @Override
  public Relation relation() {
    return Relation.AT_LEAST;
  }

  @Override
  public Finding judge(Contender challenger) {
    return challenger
        .export()
        .filter(export -> export.images() > 0)
        .map(
            export ->
                found(
                    export.top1Agreement(),
                    String.format(
                        Locale.ROOT,
                        "export and model name the same class; on %,d images, probabilities within"
                            + " %.1e",
                        export.images(),
                        export.maxDifference())))
        .orElseGet(
            () ->
                unmeasured(challenger.name() + " has no export that was compared with the model"));
  }
}
