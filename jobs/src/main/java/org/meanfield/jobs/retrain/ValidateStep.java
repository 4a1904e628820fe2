package org.meanfield.jobs.retrain;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.meanfield.error.DataException;
import org.meanfield.registry.Finding;

/** Refuses new images that do not look like what they should be. */
final class ValidateStep implements Step {
  @Override
  public String name() {
    return "validate";
  }

  @Override
  public Map<String, Object> run(Retraining retraining) {
    NewImages images = retraining.plan().images();
    List<Finding> findings = Validation.of(images, retraining.settings());
    findings.forEach(finding -> retraining.say("  " + finding.line()));
    List<Finding> failed = findings.stream().filter(finding -> !finding.allows()).toList();
    if (!failed.isEmpty()) {
      throw new DataException(
          "The deliveries "
              + retraining.plan().fresh()
              + " are not trained on: "
              + failed.stream()
                  .map(Finding::line)
                  .map(line -> line.replaceAll(" +", " "))
                  .collect(Collectors.joining("; "))
              + ". Correct them as a new delivery and name the bad one in retrain.exclude, or raise"
              + " the limit under 'validation'");
    }
    Map<String, Object> figures = new LinkedHashMap<>(images.figures());
    figures.put("findings", findings);
    return figures;
  }
}
