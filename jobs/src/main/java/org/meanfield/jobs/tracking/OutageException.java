package org.meanfield.jobs.tracking;

/** The MLflow server, or the place of its artefacts, did not do what it was asked. */
final class OutageException extends RuntimeException {
  private static final long serialVersionUID = 1L;
  private static final int READABLE = 300;

  OutageException(String message, Throwable cause) {
    super(message, cause);
  }

  /** With the innermost words about why: what wraps them only repeats them. */
  static OutageException in(String what, Throwable failure) {
    Throwable inner = failure;
    while (inner.getCause() != null) {
      inner = inner.getCause();
    }
    String why = inner.getMessage() == null ? inner.toString() : inner.getMessage();
    String readable = why.length() > READABLE ? why.substring(0, READABLE) + "..." : why;
    return new OutageException(what + ": " + readable, failure);
  }
}
