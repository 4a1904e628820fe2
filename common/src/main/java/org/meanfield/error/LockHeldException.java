package org.meanfield.error;

/** Another process does this work right now: nothing is wrong, come back later. */
public final class LockHeldException extends MeanfieldException {
  private static final long serialVersionUID = 1L;

  /** The message says who holds the lock, since when, and until when it counts. */
  public LockHeldException(String message) {
    super(message);
  }

  @Override
  public int exitCode() {
    return 75;
  }
}
