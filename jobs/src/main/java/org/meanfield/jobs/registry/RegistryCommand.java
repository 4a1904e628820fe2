package org.meanfield.jobs.registry;

import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import org.meanfield.config.Setting;
import org.meanfield.config.Settings;
import org.meanfield.jobs.cli.Console;
import org.meanfield.jobs.cli.Job;
import org.meanfield.jobs.cli.JobContext;
import org.meanfield.jobs.cli.JobResult;

/** What the commands of the registry have in common: they need files alone, and a registry. */
interface RegistryCommand extends Job {
  /** The second word of the command. */
  String verb();

  /** Options that only this command has. */
  List<Option> ownOptions();

  /** Settings of this command without a short option. */
  default List<Setting<?>> moreSettings() {
    return List.of();
  }

  /** Does the work. */
  JobResult run(ModelRegistry registry, Settings settings, Console console);

  @Override
  default String command() {
    return "registry " + verb();
  }

  @Override
  default String groupSummary() {
    return "Versions of models, which of them serves, and the gate in between";
  }

  @Override
  default Needs needs() {
    return Needs.FILES;
  }

  @Override
  default List<Setting<?>> settings() {
    List<Setting<?>> all = new ArrayList<>(RegistrySettings.common());
    ownOptions().forEach(option -> all.add(option.setting()));
    all.addAll(moreSettings());
    return List.copyOf(all);
  }

  @Override
  default List<Option> options() {
    List<Option> all = new ArrayList<>();
    all.add(new Option("--registry", RegistrySettings.PATH));
    all.addAll(ownOptions());
    all.add(new Option("--by", RegistrySettings.BY));
    all.add(new Option("--output", RegistrySettings.OUTPUT));
    return List.copyOf(all);
  }

  @Override
  default Setting<String> output() {
    return RegistrySettings.OUTPUT;
  }

  @Override
  default OutputKind outputKind() {
    return OutputKind.VERDICT;
  }

  @Override
  default JobResult run(JobContext context) {
    ModelRegistry registry = registry(context);
    if (!startsRegistry()) {
      registry.requireThere();
    }
    return run(registry, context.settings(), context.console());
  }

  /** Whether the command makes a registry where none is. */
  default boolean startsRegistry() {
    return false;
  }

  /** The registry that the settings name. */
  default ModelRegistry registry(JobContext context) {
    Settings settings = context.settings();
    return new ModelRegistry(
        context.storage(),
        context.storage().qualify(RegistrySettings.path(settings)),
        RegistrySettings.by(settings),
        Clock.systemUTC());
  }
}
