package org.meanfield.error;

/** The settings or the command line are wrong: correct them and run again. */
public final class SettingsException extends MeanfieldException {
  private static final long serialVersionUID = 1L;

  /**
   * The message says what failed, on which artefact, what was expected and found, and what to do.
   */
  public SettingsException(String message) {
    super(message);
  }

  /** As {@link #SettingsException(String)}, with the failure underneath. */
  public SettingsException(String message, Throwable cause) {
    super(message, cause);
  }

  @Override
  public int exitCode() {
    return 2;
  }
}
