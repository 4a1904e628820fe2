package org.meanfield.jobs.serve.protocol;

/** A request that its sender must change: the message says what is wrong with it. */
public final class BadRequestException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** With what is wrong, expected and found. */
  public BadRequestException(String message) {
    super(message);
  }

  /** With what is wrong and the failure underneath. */
  public BadRequestException(String message, Throwable cause) {
    super(message, cause);
  }
}
