package org.meanfield.model;

import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.HexFormat;
import org.meanfield.data.Sha256;
import org.meanfield.error.CorruptArtifactException;

/**
 * The one binary form of a {@link ModelState}, on the wire, in checkpoints and in trained models.
 * Little-endian: magic {@code MFST}, version (int), parameter count (int), updater-state count
 * (int), parameters, updater state (floats), SHA-256 of all that (32 bytes).
 */
public final class ModelStateCodec {
  private static final int MAGIC = 0x5453464D; // "MFST" read as little-endian
  private static final int VERSION = 1;
  private static final int HEADER_BYTES = 16;
  private static final int DIGEST_BYTES = 32;

  private ModelStateCodec() {}

  /** The bytes of a state. */
  public static byte[] encode(ModelState state) {
    int parameters = state.parameters().length();
    int updater = state.updaterState().length();
    long size = HEADER_BYTES + 4L * parameters + 4L * updater + DIGEST_BYTES;
    byte[] bytes = new byte[Math.toIntExact(size)];
    ByteBuffer buffer = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    buffer.putInt(MAGIC).putInt(VERSION).putInt(parameters).putInt(updater);
    buffer.asFloatBuffer().put(state.parameters().toArray()).put(state.updaterState().toArray());
    int body = bytes.length - DIGEST_BYTES;
    System.arraycopy(digest(bytes, body), 0, bytes, body, DIGEST_BYTES);
    return bytes;
  }

  /**
   * The state in {@code bytes}.
   *
   * @param artefact what the bytes are, for the message
   * @throws CorruptArtifactException where they are cut, altered or of another kind or version
   */
  public static ModelState decode(byte[] bytes, String artefact) {
    int body = bytes.length - DIGEST_BYTES;
    if (body < HEADER_BYTES) {
      throw corrupt(artefact, "it has " + bytes.length + " bytes, fewer than any model state");
    }
    ByteBuffer buffer = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    if (buffer.getInt() != MAGIC) {
      throw corrupt(artefact, "it does not start with MFST");
    }
    int version = buffer.getInt();
    if (version != VERSION) {
      throw corrupt(
          artefact, "it has format version " + version + ", this program reads " + VERSION);
    }
    if (!Arrays.equals(digest(bytes, body), Arrays.copyOfRange(bytes, body, bytes.length))) {
      throw corrupt(artefact, "its checksum does not match");
    }
    try {
      float[] parameters = new float[buffer.getInt()];
      float[] updater = new float[buffer.getInt()];
      buffer.asFloatBuffer().get(parameters).get(updater);
      return new ModelState(FloatVector.wrap(parameters), FloatVector.wrap(updater));
    } catch (BufferUnderflowException | NegativeArraySizeException e) {
      throw new CorruptArtifactException(
          artefact + ": its counts do not fit its size; restore it or make it again", e);
    }
  }

  /**
   * SHA-256 in hex of a state's encoded form: two states have the same digest if and only if all
   * bits agree.
   */
  public static String sha256(ModelState state) {
    return digestIn(encode(state));
  }

  /** What {@link #sha256} gives, read from the end of an encoded state. */
  public static String digestIn(byte[] encoded) {
    return HexFormat.of().formatHex(encoded, encoded.length - DIGEST_BYTES, encoded.length);
  }

  private static CorruptArtifactException corrupt(String artefact, String what) {
    return new CorruptArtifactException(
        artefact + " is no model state: " + what + "; restore it or make it again");
  }

  private static byte[] digest(byte[] bytes, int length) {
    MessageDigest sha = Sha256.digest();
    sha.update(bytes, 0, length);
    return sha.digest();
  }
}
