package org.meanfield.jobs.train;

import java.util.HashSet;
import java.util.Set;
import org.meanfield.engine.Engine;
import org.meanfield.error.SettingsException;
import org.meanfield.jobs.cli.JobContext;
import org.meanfield.jobs.spark.KernelSurvey;
import org.meanfield.jobs.spark.WorkerData;

/** Asks executors how they round, each once, and tells a person where they do not agree. */
final class KernelCheck {
  private final JobContext context;
  private final WorkerData data;
  private final Engine engine;
  private final Set<String> asked = new HashSet<>();

  /**
   * Asks nobody yet.
   *
   * @param data loaded; its shards say which executors there are
   */
  KernelCheck(JobContext context, WorkerData data, Engine engine) {
    this.context = context;
    this.data = data;
    this.engine = engine;
  }

  /**
   * The run with what executors answer that were not asked before.
   *
   * @throws SettingsException where one of them cannot compute, or they do not round alike and the
   *     settings demand it
   */
  RunFile apply(RunFile run) {
    if (!asked.addAll(data.homes())) {
      return run;
    }
    RunFile known = run.computedBy(KernelSurvey.of(data, engine));
    if (context.settings().get(TrainSettings.REQUIRE_EQUAL_KERNELS)) {
      known.kernelRecord().requireEqual(run.engine());
    }
    known.kernelRecord().note(run.engine()).ifPresent(context.console()::line);
    return known;
  }
}
