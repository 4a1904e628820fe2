package org.meanfield.error;

import java.util.List;

/** The settings or the command line are wrong: correct them and run again. */
public sealed class SettingsException extends MeanfieldException permits MisplacedOutputException {
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

  /**
   * Every problem found at once.
   *
   * @param where completes "3 problems ...", such as "in the settings"
   * @param problems at least one
   */
  public static SettingsException listing(String where, List<String> problems) {
    String count = problems.size() == 1 ? "1 problem " : problems.size() + " problems ";
    return new SettingsException(count + where + ":\n  - " + String.join("\n  - ", problems));
  }

  @Override
  public int exitCode() {
    return 2;
  }
}
