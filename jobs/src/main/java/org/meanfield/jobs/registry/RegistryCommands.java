package org.meanfield.jobs.registry;

import java.util.List;
import org.meanfield.jobs.cli.Job;

/** The commands {@code meanfield registry ...}. */
public final class RegistryCommands {
  private RegistryCommands() {}

  /** Every command of the registry. */
  public static List<Job> all() {
    return List.of(
        new ListJob(),
        new ShowJob(),
        new AddJob(),
        new PromoteJob(),
        new RollbackJob(),
        new AliasJob(),
        new GarbageJob(),
        new VerifyJob());
  }
}
