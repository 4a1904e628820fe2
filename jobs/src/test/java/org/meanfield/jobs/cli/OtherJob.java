package org.meanfield.jobs.cli;

import java.util.List;
import java.util.Map;
import org.meanfield.config.Setting;

/** A second command, whose settings may share a file with the first's. */
final class OtherJob implements Job {
  static final Setting<String> OUTPUT = Setting.text("other.output").means("Where to write.");
  static final Setting<Integer> SIZE = Setting.integer("other.size").defaultsTo(1).means("Size.");

  @Override
  public String command() {
    return "other";
  }

  @Override
  public String summary() {
    return "Does something else.";
  }

  @Override
  public List<Setting<?>> settings() {
    return List.of(OUTPUT, SIZE);
  }

  @Override
  public List<Option> options() {
    return List.of(new Option("--output", OUTPUT));
  }

  @Override
  public Setting<String> output() {
    return OUTPUT;
  }

  @Override
  public JobResult run(JobContext context) {
    return new JobResult(JobResult.Status.DONE, "done", Map.of());
  }
}
