package org.meanfield.error;

/** The output belongs to something else, or another writer was first: choose another output. */
public final class ConflictException extends MeanfieldException {
  private static final long serialVersionUID = 1L;

  /**
   * The message says what failed, on which artefact, what was expected and found, and what to do.
   */
  public ConflictException(String message) {
    super(message);
  }

  /** As {@link #ConflictException(String)}, with the failure underneath. */
  public ConflictException(String message, Throwable cause) {
    super(message, cause);
  }

  @Override
  public int exitCode() {
    return 6;
  }
}
