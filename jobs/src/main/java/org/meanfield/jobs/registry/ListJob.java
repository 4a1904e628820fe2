package org.meanfield.jobs.registry;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.meanfield.config.Settings;
import org.meanfield.jobs.cli.Console;
import org.meanfield.jobs.cli.JobResult;
import org.meanfield.registry.ModelVersion;
import org.meanfield.registry.RegistryState;

/** {@code registry list}: the versions, a line each. */
final class ListJob implements RegistryCommand {
  @Override
  public String verb() {
    return "list";
  }

  @Override
  public String summary() {
    return "List the versions, the champion and the aliases";
  }

  @Override
  public List<Option> ownOptions() {
    return List.of();
  }

  @Override
  public JobResult run(ModelRegistry registry, Settings settings, Console console) {
    RegistryState state = registry.state();
    List<ModelVersion> versions = registry.versions();
    console.line(
        String.format(
            Locale.ROOT,
            "%7s  %-20s  %-12s  %-16s  %-16s  %8s  %s",
            "version",
            "created",
            "architecture",
            "model",
            "data set",
            "accuracy",
            "names"));
    versions.forEach(version -> console.line(line(version, state)));
    List<Integer> unfinished = registry.unfinished();
    if (!unfinished.isEmpty()) {
      console.line("not finished: " + unfinished + "; 'registry gc' clears them after a day");
    }
    Map<String, Object> figures = new LinkedHashMap<>();
    figures.put("versions", versions.stream().map(ModelVersion::number).toList());
    figures.put("champion", state.champion().orElse(null));
    figures.put("aliases", state.aliases());
    figures.put("unfinished", unfinished);
    String champion = state.champion().map(number -> "version " + number).orElse("none");
    return new JobResult(
        JobResult.Status.DONE, versions.size() + " versions, champion: " + champion, figures);
  }

  private static String line(ModelVersion version, RegistryState state) {
    List<String> names = new ArrayList<>();
    if (state.champion().filter(number -> number == version.number()).isPresent()) {
      names.add("champion");
    }
    state
        .aliases()
        .forEach(
            (name, number) -> {
              if (number == version.number()) {
                names.add(name);
              }
            });
    String accuracy =
        version.evaluation() == null
            ? "-"
            : String.format(Locale.ROOT, "%.2f %%", 100 * version.evaluation().accuracy());
    return String.format(
            Locale.ROOT,
            "%7d  %-20s  %-12s  %-16.16s  %-16s  %8s  %s",
            version.number(),
            version.created(),
            version.architecture(),
            version.modelId(),
            version.datasetId(),
            accuracy,
            String.join(", ", names))
        .stripTrailing();
  }
}
