package org.meanfield.registry;

/**
 * A person's word against the gate; it stays in the history for ever.
 *
 * @param by who
 * @param reason why; never blank
 */
public record Overruling(String by, String reason) {
  /** Refuses an empty reason. */
  public Overruling {
    if (by.isBlank() || reason.isBlank()) {
      throw new IllegalArgumentException("An overruling needs a name and a reason");
    }
  }
}
