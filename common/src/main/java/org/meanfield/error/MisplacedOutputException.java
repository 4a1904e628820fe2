package org.meanfield.error;

/**
 * The output is named where nothing of this program may lie, not even what it says about its
 * failure: the person has to name another place.
 */
public final class MisplacedOutputException extends SettingsException {
  private static final long serialVersionUID = 1L;

  /**
   * @param message where it lies, why not there, and what to do
   */
  public MisplacedOutputException(String message) {
    super(message);
  }
}
