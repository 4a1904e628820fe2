package org.meanfield.error;

/**
 * A file written earlier is damaged or does not mean what it claims: restore it or make it again.
 */
public final class CorruptArtifactException extends MeanfieldException {
  private static final long serialVersionUID = 1L;

  /**
   * The message says what failed, on which artefact, what was expected and found, and what to do.
   */
  public CorruptArtifactException(String message) {
    super(message);
  }

  /** As {@link #CorruptArtifactException(String)}, with the failure underneath. */
  public CorruptArtifactException(String message, Throwable cause) {
    super(message, cause);
  }

  @Override
  public int exitCode() {
    return 5;
  }
}
