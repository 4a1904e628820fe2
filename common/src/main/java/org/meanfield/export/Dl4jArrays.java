package org.meanfield.export;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import org.meanfield.error.CorruptArtifactException;
import org.meanfield.model.FloatVector;

/**
 * ND4J's binary form of a float vector, read and written without native code, so that a driver or a
 * web server needs no tensor library to look into a model zip. Two buffers follow each other, shape
 * information (longs) and values (floats, big-endian), each led by an allocation mode, a length and
 * a type name.
 *
 * <p>Source: ND4J 1.0.0-M2.1, {@code Nd4j.write(INDArray, DataOutputStream)}.
 */
final class Dl4jArrays {
  private static final String ALLOCATION = "MIXED_DATA_TYPES";
  private static final String LONGS = "LONG";
  private static final String FLOATS = "FLOAT";
  // Rank, length, stride, type flag (float), element stride, order 'c'.
  private static final long FLOAT_FLAG = 8192;
  private static final int VECTOR_SHAPE_LONGS = 6;

  private Dl4jArrays() {}

  /** The bytes that {@code Nd4j.read} turns into a vector of rank 1. */
  static byte[] encode(FloatVector vector) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(4 * vector.length() + 128);
    try (DataOutputStream out = new DataOutputStream(bytes)) {
      header(out, VECTOR_SHAPE_LONGS, LONGS);
      for (long value : new long[] {1, vector.length(), 1, FLOAT_FLAG, 1, 'c'}) {
        out.writeLong(value);
      }
      header(out, vector.length(), FLOATS);
      ByteBuffer values = ByteBuffer.allocate(4 * vector.length());
      vector.putInto(values.asFloatBuffer());
      out.write(values.array());
    } catch (IOException e) {
      throw new UncheckedIOException("Writing to memory cannot fail", e);
    }
    return bytes.toByteArray();
  }

  /**
   * All values in storage order.
   *
   * @param artefact what the bytes are, for the message
   * @throws CorruptArtifactException where they are cut, or hold anything else than floats
   */
  static FloatVector decode(byte[] bytes, String artefact) {
    try (DataInputStream in = new DataInputStream(new ByteArrayInputStream(bytes))) {
      int shapeLongs = Math.toIntExact(readHeader(in, LONGS, artefact));
      in.skipNBytes(8L * shapeLongs);
      int length = Math.toIntExact(readHeader(in, FLOATS, artefact));
      byte[] values = in.readNBytes(Math.multiplyExact(4, length));
      if (values.length != 4L * length || in.read() >= 0) {
        throw corrupt(artefact, "its length does not fit its " + length + " values", null);
      }
      float[] floats = new float[length];
      ByteBuffer.wrap(values).asFloatBuffer().get(floats);
      return FloatVector.wrap(floats);
    } catch (IOException | ArithmeticException e) {
      throw corrupt(artefact, "it ends early or is no ND4J array", e);
    }
  }

  private static void header(DataOutputStream out, long length, String type) throws IOException {
    out.writeUTF(ALLOCATION);
    out.writeLong(length);
    out.writeUTF(type);
  }

  private static long readHeader(DataInputStream in, String type, String artefact)
      throws IOException {
    in.readUTF(); // How the writer allocated: of no consequence.
    long length = in.readLong();
    String found = in.readUTF();
    if (!found.equals(type) || length < 0) {
      throw corrupt(
          artefact, "it holds " + length + " values of " + found + ", expected " + type, null);
    }
    return length;
  }

  private static CorruptArtifactException corrupt(String artefact, String what, Throwable cause) {
    return new CorruptArtifactException(
        artefact + " cannot be read: " + what + "; restore it or export the run again", cause);
  }
}
