package org.meanfield.jobs.retrain;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.meanfield.jobs.storage.JsonFile;
import org.meanfield.jobs.storage.Storage;

/** The folder of one run: its plan, what its steps committed, and how it ended. */
final class RunFolder {
  private final Storage storage;
  private final String path;

  RunFolder(Storage storage, String path) {
    this.storage = storage;
    this.path = path;
  }

  /** What this run is about; empty where it never began. */
  JsonFile<RunPlan> plan() {
    return new JsonFile<>(storage, path + "/plan.json", RunPlan.class);
  }

  /** How it ended; written last. */
  JsonFile<Outcome> outcome() {
    return new JsonFile<>(storage, path + "/outcome.json", Outcome.class);
  }

  /** What a step committed; empty where it did not end yet. */
  Optional<Map<String, Object>> committed(String step) {
    return file(step).read().map(Commit::figures);
  }

  /** Commits a step: it is not run again. */
  void commit(String step, Map<String, Object> figures) {
    file(step).write(new Commit(figures));
  }

  /** Has a step run again: what it decided holds no more. */
  void uncommit(String step) {
    file(step).delete();
  }

  /** A place inside it. */
  String path(String name) {
    return path + "/" + name;
  }

  private JsonFile<Commit> file(String step) {
    return new JsonFile<>(storage, path + "/steps/" + step + ".json", Commit.class);
  }

  /** The content of a step's file. */
  record Commit(Map<String, Object> figures) {
    /** Copies the figures, keeping their order. */
    Commit {
      figures = new LinkedHashMap<>(figures);
    }
  }
}
