package org.meanfield.error;

/**
 * Training produced a loss or weights that are not finite: lower the learning rate or clip
 * gradients.
 */
public final class DivergedException extends MeanfieldException {
  private static final long serialVersionUID = 1L;

  /**
   * The message says what failed, on which artefact, what was expected and found, and what to do.
   */
  public DivergedException(String message) {
    super(message);
  }

  /** As {@link #DivergedException(String)}, with the failure underneath. */
  public DivergedException(String message, Throwable cause) {
    super(message, cause);
  }

  @Override
  public int exitCode() {
    return 4;
  }
}
