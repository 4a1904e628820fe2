package org.meanfield.jobs.registry;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.meanfield.config.Settings;
import org.meanfield.jobs.cli.Console;
import org.meanfield.jobs.cli.JobResult;
import org.meanfield.registry.ModelVersion;

/** {@code registry add}: a finished run becomes a version. */
final class AddJob implements RegistryCommand {
  @Override
  public String verb() {
    return "add";
  }

  @Override
  public String summary() {
    return "Make a finished run, with its evaluation and export, a version";
  }

  @Override
  public List<Option> ownOptions() {
    return List.of(
        new Option("--run", RegistrySettings.RUN),
        new Option("--export", RegistrySettings.EXPORT),
        new Option("--evaluation", RegistrySettings.EVALUATION),
        new Option("--parent", RegistrySettings.PARENT),
        new Option("--latency-milliseconds", RegistrySettings.LATENCY));
  }

  @Override
  public boolean startsRegistry() {
    return true;
  }

  @Override
  public JobResult run(ModelRegistry registry, Settings settings, Console console) {
    Registered registered =
        registry.register(
            new Registration(
                settings.get(RegistrySettings.RUN).replaceFirst("/+$", ""),
                RegistrySettings.given(settings, RegistrySettings.EXPORT),
                RegistrySettings.given(settings, RegistrySettings.EVALUATION),
                settings.get(RegistrySettings.PARENT),
                settings.get(RegistrySettings.LATENCY)));
    ModelVersion version = registered.version();
    Map<String, Object> figures = new LinkedHashMap<>();
    figures.put("version", version.number());
    figures.put("folder", registry.folder(version.number()));
    figures.put("modelId", version.modelId());
    boolean isNew = registered.origin() == Registered.Origin.NEW;
    String missing = version.evaluation() == null ? ", without an evaluation" : "";
    return new JobResult(
        isNew ? JobResult.Status.DONE : JobResult.Status.NOTHING_TO_DO,
        (isNew ? "registered as" : "was registered before as")
            + " version "
            + version.number()
            + missing,
        figures);
  }
}
