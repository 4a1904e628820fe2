package org.meanfield.jobs.registry;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.meanfield.config.Settings;
import org.meanfield.jobs.cli.Console;
import org.meanfield.jobs.cli.JobResult;
import org.meanfield.registry.HistoryEntry;
import org.meanfield.registry.ModelVersion;

/** {@code registry show}: all that is known about a version. */
final class ShowJob implements RegistryCommand {
  @Override
  public String verb() {
    return "show";
  }

  @Override
  public String summary() {
    return "Show a version: its figures, lineage, files, and what the history says about it";
  }

  @Override
  public List<Option> ownOptions() {
    return List.of(new Option("--version", RegistrySettings.VERSION));
  }

  @Override
  public JobResult run(ModelRegistry registry, Settings settings, Console console) {
    ModelVersion version = registry.version(settings.get(RegistrySettings.VERSION));
    version.toJson().lines().forEach(console::line);
    List<HistoryEntry> history =
        registry.history().stream().filter(entry -> isAbout(entry, version.number())).toList();
    for (HistoryEntry entry : history) {
      console.line(entry.line());
      entry.findings().forEach(finding -> console.line("    " + finding.line()));
    }
    Map<String, Object> figures = new LinkedHashMap<>();
    figures.put("version", version.number());
    figures.put("folder", registry.folder(version.number()));
    figures.put("modelId", version.modelId());
    figures.put("history", history.stream().map(HistoryEntry::generation).toList());
    return new JobResult(
        JobResult.Status.DONE,
        "version " + version.number() + " is in " + registry.folder(version.number()),
        figures);
  }

  private static boolean isAbout(HistoryEntry entry, Integer number) {
    return number.equals(entry.from())
        || number.equals(entry.to())
        || entry.retired().contains(number);
  }
}
