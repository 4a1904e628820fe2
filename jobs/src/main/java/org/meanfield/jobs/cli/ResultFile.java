package org.meanfield.jobs.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import java.util.LinkedHashMap;
import java.util.Map;
import org.meanfield.jobs.storage.Storage;

/**
 * {@code result.json}, the verdict that scripts and schedulers read: written last into a command's
 * output folder, because not every way to submit a Spark program passes its exit code on.
 */
public final class ResultFile {
  /** Its name in the output folder. */
  static final String NAME = "result.json";

  private static final ObjectMapper JSON =
      new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);

  private final Storage storage;
  private final String output;

  /** The file in the folder {@code output}. */
  public ResultFile(Storage storage, String output) {
    this.storage = storage;
    this.output = output;
  }

  /** Where it lies. */
  public String path() {
    return output + (output.endsWith("/") ? "" : "/") + NAME;
  }

  /** Writes the verdict of a command that ended well. */
  public void write(String command, JobResult result, double seconds) {
    write(
        head(command, result.status(), result.status().exitCode(), result.message(), seconds),
        result.figures());
  }

  /** Writes the verdict of a command that failed; an earlier file is replaced. */
  void writeFailure(String command, int exitCode, String message, double seconds) {
    write(head(command, JobResult.Status.FAILED, exitCode, message, seconds), Map.of());
  }

  /** True where an earlier command left one. */
  public boolean exists() {
    return storage.exists(path());
  }

  private static Map<String, Object> head(
      String command, JobResult.Status status, int exitCode, String message, double seconds) {
    Map<String, Object> head = new LinkedHashMap<>();
    head.put("command", command);
    head.put("status", status.id());
    head.put("exitCode", exitCode);
    head.put("message", message);
    head.put("seconds", Math.round(seconds * 1000) / 1000.0);
    head.put("finished", java.time.Instant.now().toString());
    return head;
  }

  private void write(Map<String, Object> head, Map<String, Object> figures) {
    Map<String, Object> all = new LinkedHashMap<>(head);
    figures.forEach(all::putIfAbsent);
    try {
      storage.writeText(path(), JSON.writeValueAsString(all) + "\n");
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("The figures of " + path() + " are no JSON: " + figures, e);
    }
  }
}
