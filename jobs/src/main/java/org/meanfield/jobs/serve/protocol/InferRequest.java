package org.meanfield.jobs.serve.protocol;

import java.util.List;
import java.util.Optional;

/**
 * A request to infer.
 *
 * @param id the sender's own; comes back with the answer
 * @param inputs in the order of the request
 * @param outputs the names that are wanted; empty for all
 * @param form how the answer's numbers are wanted
 */
public record InferRequest(
    Optional<String> id, List<InputTensor> inputs, List<String> outputs, Form form) {

  /** How numbers travel. */
  public enum Form {
    /** In the JSON. */
    JSON,
    /** As little-endian bytes after the JSON. */
    BINARY
  }

  /** Copies the lists. */
  public InferRequest {
    inputs = List.copyOf(inputs);
    outputs = List.copyOf(outputs);
  }
}
