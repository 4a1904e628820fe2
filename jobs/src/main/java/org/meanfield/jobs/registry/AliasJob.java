package org.meanfield.jobs.registry;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.meanfield.config.Settings;
import org.meanfield.jobs.cli.Console;
import org.meanfield.jobs.cli.JobResult;
import org.meanfield.registry.HistoryEntry;

/** {@code registry alias}: a version gets a name, or a name is dropped. */
final class AliasJob implements RegistryChange {
  private static final String NONE = "none";

  @Override
  public String verb() {
    return "alias";
  }

  @Override
  public String summary() {
    return "Give a version a name, or drop a name with --version none";
  }

  @Override
  public List<Option> ownOptions() {
    return List.of(
        new Option("--name", RegistrySettings.ALIAS),
        new Option("--version", RegistrySettings.ALIASED),
        new Option("--reason", RegistrySettings.REASON));
  }

  @Override
  public JobResult run(ModelRegistry registry, Settings settings, Console console) {
    String name = settings.get(RegistrySettings.ALIAS);
    Optional<Integer> version =
        Optional.of(settings.get(RegistrySettings.ALIASED))
            .filter(word -> !word.equals(NONE))
            .map(word -> registry.version(word).number());
    Optional<HistoryEntry> entry =
        registry.alias(name, version, settings.get(RegistrySettings.REASON));
    Map<String, Object> figures = new LinkedHashMap<>();
    figures.put("alias", name);
    figures.put("version", version.orElse(null));
    String meaning = version.map(number -> "version " + number).orElse("no version");
    return entry.isPresent()
        ? new JobResult(JobResult.Status.DONE, name + " means " + meaning + " now", figures)
        : new JobResult(
            JobResult.Status.NOTHING_TO_DO, name + " means " + meaning + " already", figures);
  }
}
