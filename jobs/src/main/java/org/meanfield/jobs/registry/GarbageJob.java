package org.meanfield.jobs.registry;

import java.util.List;
import java.util.Map;
import org.meanfield.config.Settings;
import org.meanfield.jobs.cli.Console;
import org.meanfield.jobs.cli.JobResult;

/** {@code registry gc}: old versions that nothing points to are given up and deleted. */
final class GarbageJob implements RegistryCommand {
  @Override
  public String verb() {
    return "gc";
  }

  @Override
  public String summary() {
    return "Delete old versions that neither serve nor have a name";
  }

  @Override
  public List<Option> ownOptions() {
    return List.of(
        new Option("--keep", RegistrySettings.KEEP),
        new Option("--reason", RegistrySettings.REASON));
  }

  @Override
  public JobResult run(ModelRegistry registry, Settings settings, Console console) {
    List<Integer> deleted =
        registry.collectGarbage(
            settings.get(RegistrySettings.KEEP), settings.get(RegistrySettings.REASON));
    return new JobResult(
        deleted.isEmpty() ? JobResult.Status.NOTHING_TO_DO : JobResult.Status.DONE,
        deleted.isEmpty() ? "nothing to delete" : "deleted versions " + deleted,
        Map.of("deleted", deleted));
  }
}
