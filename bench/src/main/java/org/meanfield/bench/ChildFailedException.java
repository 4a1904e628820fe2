package org.meanfield.bench;

/** A measured process ended without figures. The message is what it said last. */
final class ChildFailedException extends Exception {
  private static final long serialVersionUID = 1L;

  ChildFailedException(String message) {
    super(message);
  }
}
