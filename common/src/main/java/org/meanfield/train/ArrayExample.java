package org.meanfield.train;

import java.io.Serializable;
import java.nio.ByteBuffer;
import org.meanfield.data.Sha256;
import org.meanfield.model.FloatVector;

/**
 * An example that somebody else has prepared: what the network is fed, and what it shall answer.
 * Travels in shuffles by the hundred thousand, under any of Spark's serialisers, so it is bytes: no
 * record.
 */
public final class ArrayExample implements Serializable {
  private static final long serialVersionUID = 1L;
  private final byte[] values;

  private ArrayExample(byte[] values) {
    this.values = values;
  }

  /**
   * Copies both.
   *
   * @param features {@code [C, H, W]} row-major, as the network takes them
   * @param targets {@code [K]}: a distribution over the classes
   */
  public static ArrayExample of(FloatVector features, FloatVector targets) {
    ByteBuffer bytes = ByteBuffer.allocate(Float.BYTES * (features.length() + targets.length()));
    features.putInto(bytes.asFloatBuffer());
    targets.putInto(
        bytes
            .slice(Float.BYTES * features.length(), Float.BYTES * targets.length())
            .asFloatBuffer());
    return new ArrayExample(bytes.array());
  }

  /** SHA-256 of both, in hex: equal examples have one id. */
  public String id() {
    return Sha256.hex(values);
  }

  /** Features, then targets; big-endian. */
  byte[] values() {
    return values;
  }
}
