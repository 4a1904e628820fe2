package org.meanfield.error;

/** The input data cannot be used: correct the data, or loosen the limit that the message names. */
public final class DataException extends MeanfieldException {
  private static final long serialVersionUID = 1L;

  /**
   * The message says what failed, on which artefact, what was expected and found, and what to do.
   */
  public DataException(String message) {
    super(message);
  }

  /** As {@link #DataException(String)}, with the failure underneath. */
  public DataException(String message, Throwable cause) {
    super(message, cause);
  }

  @Override
  public int exitCode() {
    return 3;
  }
}
