package org.meanfield.jobs.cli;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What a job reports when it ends well; the rest of {@code result.json} is the dispatcher's.
 *
 * @param status done, nothing to do, or refused by the gate
 * @param message one sentence for a person
 * @param figures the command's own keys of {@code result.json}, in order
 */
public record JobResult(Status status, String message, Map<String, Object> figures) {

  /** The verdicts of {@code result.json}. */
  public enum Status {
    /** The output is there and complete. */
    DONE("done", 0),
    /** It was there and complete before. */
    NOTHING_TO_DO("nothing-to-do", 0),
    /** The work was done, and the gate decided against the challenger. */
    REFUSED("refused", 21),
    /** There was nothing to start from: the input has nothing that was not used before. */
    NO_NEW_DATA("no-new-data", 20),
    /** There was something, and the settings say that it is not time yet. */
    NOT_DUE("not-due", 20),
    /** No usable output. */
    FAILED("failed", 1);

    private final String id;
    private final int exitCode;

    Status(String id, int exitCode) {
      this.id = id;
      this.exitCode = exitCode;
    }

    /** The exit code of a process that ends with it; a failure may have its own instead. */
    public int exitCode() {
      return exitCode;
    }

    /** The word in the file. */
    public String id() {
      return id;
    }
  }

  /** Copies the figures, keeping their order. */
  public JobResult {
    figures = Collections.unmodifiableMap(new LinkedHashMap<>(figures));
  }
}
