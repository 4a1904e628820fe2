package org.meanfield.image;

import java.util.Locale;

/**
 * An image's bytes cannot be used. Callers count and report these by reason; no image is ever
 * guessed from broken bytes.
 */
public final class BadImageException extends RuntimeException {
  private static final long serialVersionUID = 1L;
  private final Reason reason;

  /** Why an image was refused. */
  public enum Reason {
    /** Zero bytes. */
    EMPTY,
    /** Does not start like any image: text, an archive, zeros. */
    NOT_AN_IMAGE,
    /** An image of a kind that is not read here, such as WebP, TIFF or lossless JPEG. */
    UNSUPPORTED_KIND,
    /** Ends before its own structure does, or is too short for the size that it announces. */
    TRUNCATED,
    /** A checksum inside does not match. */
    CHECKSUM,
    /** Announces more pixels than allowed. */
    TOO_LARGE,
    /** Its structure or its compressed data contradict themselves. */
    UNDECODABLE;

    /** The name in manifests, tables and messages, e.g. {@code not-an-image}. */
    public String id() {
      return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
  }

  /** The message says what is wrong at which place; the caller adds which file it was. */
  public BadImageException(Reason reason, String message) {
    super(message);
    this.reason = reason;
  }

  /** As {@link #BadImageException(Reason, String)}, with the failure underneath. */
  public BadImageException(Reason reason, String message, Throwable cause) {
    super(message, cause);
    this.reason = reason;
  }

  /** Why, for counting. */
  public Reason reason() {
    return reason;
  }
}
