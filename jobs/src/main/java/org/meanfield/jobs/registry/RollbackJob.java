package org.meanfield.jobs.registry;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.meanfield.config.Settings;
import org.meanfield.jobs.cli.Console;
import org.meanfield.jobs.cli.JobResult;
import org.meanfield.registry.HistoryEntry;

/** {@code registry rollback}: an earlier champion serves again. */
final class RollbackJob implements RegistryChange {
  @Override
  public String verb() {
    return "rollback";
  }

  @Override
  public String summary() {
    return "Make the champion before serve again; asks no gate";
  }

  @Override
  public List<Option> ownOptions() {
    return List.of(
        new Option("--to", RegistrySettings.EARLIER),
        new Option("--reason", RegistrySettings.REASON));
  }

  @Override
  public JobResult run(ModelRegistry registry, Settings settings, Console console) {
    Optional<Integer> target = settings.get(RegistrySettings.EARLIER);
    if (target.isPresent() && registry.state().champion().equals(target)) {
      registry.refresh();
      return new JobResult(
          JobResult.Status.NOTHING_TO_DO,
          "version " + target.get() + " is the champion already",
          Map.of("version", target.get(), "served", registry.publish()));
    }
    HistoryEntry entry = registry.rollback(target, settings.get(RegistrySettings.REASON));
    Map<String, Object> figures = new LinkedHashMap<>();
    figures.put("version", entry.to());
    figures.put("championBefore", entry.from());
    figures.put("generation", entry.generation());
    figures.put("served", registry.publish());
    return new JobResult(
        JobResult.Status.DONE,
        "version " + entry.to() + " is the champion again, in place of " + entry.from(),
        figures);
  }
}
