package org.meanfield.registry;

/**
 * What a file of a version must be.
 *
 * @param bytes its length
 * @param sha256 its digest, in hex
 */
public record FileDigest(long bytes, String sha256) {
  /** For messages. */
  public String describe() {
    return bytes + " bytes with SHA-256 " + sha256;
  }
}
