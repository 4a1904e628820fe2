package org.meanfield.jobs.registry;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.meanfield.config.Settings;
import org.meanfield.error.CorruptArtifactException;
import org.meanfield.jobs.cli.Console;
import org.meanfield.jobs.cli.JobResult;

/** {@code registry verify}: reads every byte again and holds it against its digest. */
final class VerifyJob implements RegistryCommand {
  @Override
  public String verb() {
    return "verify";
  }

  @Override
  public String summary() {
    return "Read every file again and hold it against its digest";
  }

  @Override
  public List<Option> ownOptions() {
    return List.of(new Option("--version", RegistrySettings.ANY_VERSION));
  }

  @Override
  public JobResult run(ModelRegistry registry, Settings settings, Console console) {
    Optional<Integer> only =
        RegistrySettings.given(settings, RegistrySettings.ANY_VERSION).map(registry::number);
    List<String> damage = registry.damage(only);
    if (!damage.isEmpty()) {
      throw new CorruptArtifactException(
          "The registry is damaged in "
              + damage.size()
              + " places:\n  - "
              + String.join("\n  - ", damage)
              + "\nRestore the files from a copy; a version that is lost is registered again from"
              + " its run, and 'registry gc' forgets it in its turn");
    }
    String what = only.map(number -> "version " + number).orElse("every version and the history");
    return new JobResult(
        JobResult.Status.DONE, what + " is as it was written", Map.of("damaged", 0));
  }
}
