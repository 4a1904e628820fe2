package org.meanfield.error;

/**
 * A failure that a person or a scheduler can act on. Each subclass stands for one thing the caller
 * can do about it and carries the exit code of the process that ends with it; anything else that
 * escapes is a defect and exits 1.
 */
public abstract sealed class MeanfieldException extends RuntimeException
    permits SettingsException,
        DataException,
        DivergedException,
        CorruptArtifactException,
        ConflictException,
        LockHeldException {
  private static final long serialVersionUID = 1L;

  MeanfieldException(String message) {
    super(message);
  }

  MeanfieldException(String message, Throwable cause) {
    super(message, cause);
  }

  /** The exit code of a process that ends with this failure. */
  public abstract int exitCode();
}
