package org.meanfield.jobs.cli;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What a job reports when it ends well; the rest of {@code result.json} is the dispatcher's.
 *
 * @param status done, or nothing to do
 * @param message one sentence for a person
 * @param figures the command's own keys of {@code result.json}, in order
 */
public record JobResult(Status status, String message, Map<String, Object> figures) {

  /** The verdicts of {@code result.json}. */
  public enum Status {
    /** The output is there and complete. */
    DONE("done"),
    /** It was there and complete before. */
    NOTHING_TO_DO("nothing-to-do"),
    /** No usable output. */
    FAILED("failed");

    private final String id;

    Status(String id) {
      this.id = id;
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
