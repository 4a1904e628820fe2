package org.meanfield.jobs.retrain;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.meanfield.error.CorruptArtifactException;
import org.meanfield.jobs.storage.JsonFile;
import org.meanfield.jobs.storage.Storage;

/** Everything that retraining keeps between its runs, below one folder. */
final class RetrainFolder {
  private final Storage storage;
  private final String root;

  RetrainFolder(Storage storage, String root) {
    this.storage = storage;
    this.root = root;
  }

  String lock() {
    return root + "/lock";
  }

  /** The checked images of one delivery. */
  String delivery(String name) {
    return root + "/deliveries/" + name;
  }

  /** The data-set version of a run. */
  String dataset(String runId) {
    return root + "/datasets/" + runId;
  }

  /** A place for what is only looked at. */
  String scratch(String name) {
    return root + "/scratch/" + name;
  }

  /** Deletes every such place but one: each holds copies of images. */
  void keepOnlyScratch(String name) {
    for (String other : storage.list(root + "/scratch")) {
      if (!other.equals(name)) {
        storage.delete(scratch(other));
      }
    }
  }

  RunFolder run(String runId) {
    return new RunFolder(storage, root + "/runs/" + runId);
  }

  /** How many attempts failed in a row. */
  JsonFile<Streak> streak() {
    return new JsonFile<>(storage, root + "/streak.json", Streak.class);
  }

  /** Runs that ended, in the order in which they did. */
  List<FinishedRun> finished() {
    List<FinishedRun> finished = new ArrayList<>();
    for (String runId : runIds()) {
      RunFolder run = run(runId);
      run.outcome()
          .read()
          .ifPresent(outcome -> finished.add(new FinishedRun(planOf(runId), outcome)));
    }
    finished.sort(
        Comparator.comparing((FinishedRun run) -> run.outcome().finished())
            .thenComparing(run -> run.plan().runId()));
    return finished;
  }

  /** Deliveries that it used would be new again, were its plan taken for nothing. */
  private RunPlan planOf(String runId) {
    RunFolder run = run(runId);
    return run.plan()
        .read()
        .orElseThrow(
            () ->
                new CorruptArtifactException(
                    run.path("plan.json")
                        + " is missing, and the run has ended; restore it: without it the"
                        + " deliveries that the run used would count as new"));
  }

  /** Plans of runs that began and did not end, the oldest first. */
  List<RunPlan> unfinished() {
    List<RunPlan> plans = new ArrayList<>();
    for (String runId : runIds()) {
      if (!run(runId).outcome().exists()) {
        run(runId).plan().read().ifPresent(plans::add);
      }
    }
    plans.sort(Comparator.comparing(RunPlan::created).thenComparing(RunPlan::runId));
    return plans;
  }

  private List<String> runIds() {
    return storage.list(root + "/runs");
  }

  /** A run that ended, with what it was about. */
  record FinishedRun(RunPlan plan, Outcome outcome) {}

  /**
   * Failures in a row. Counted up when an attempt starts and back to 0 when it ends, so that a
   * killed process counts too.
   *
   * @param failures so far
   * @param last what the newest attempt said
   * @param blockTold true where the webhook knows that nothing is tried any more
   * @param runId that the newest attempt was given; null where none was
   */
  record Streak(int failures, String last, boolean blockTold, String runId) {
    static final Streak NONE = new Streak(0, "", false, null);
  }
}
