package org.meanfield.model;

import java.nio.FloatBuffer;
import java.util.Arrays;
import java.util.Objects;

/** An immutable vector of floats: parameters, updater state, probabilities. */
public final class FloatVector {
  private static final FloatVector EMPTY = new FloatVector(new float[0], 0, 0);
  private final float[] values;
  private final int from;
  private final int to;

  private FloatVector(float[] values, int from, int to) {
    this.values = values;
    this.from = from;
    this.to = to;
  }

  /** Ownership: takes the array over; the caller must not write to it afterwards. */
  public static FloatVector wrap(float[] values) {
    return wrap(values, 0, values.length);
  }

  /**
   * A part of an array. Ownership: takes the array over; the caller must not write to it
   * afterwards.
   *
   * @param from first index
   * @param to index after the last
   */
  public static FloatVector wrap(float[] values, int from, int to) {
    Objects.checkFromToIndex(from, to, values.length);
    return from == to ? EMPTY : new FloatVector(values, from, to);
  }

  /** The vector of length 0. */
  public static FloatVector empty() {
    return EMPTY;
  }

  /** Number of values. */
  public int length() {
    return to - from;
  }

  /** One value. */
  public float get(int index) {
    return values[from + Objects.checkIndex(index, to - from)];
  }

  /** A copy of all values. */
  public float[] toArray() {
    return Arrays.copyOfRange(values, from, to);
  }

  /** Puts all values into a buffer, from its position on. */
  public void putInto(FloatBuffer target) {
    target.put(values, from, to - from);
  }

  /** True where no value is NaN or infinite. */
  public boolean isFinite() {
    for (int i = from; i < to; i++) {
      if (!Float.isFinite(values[i])) {
        return false;
      }
    }
    return true;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof FloatVector that
        && Arrays.equals(values, from, to, that.values, that.from, that.to);
  }

  @Override
  public int hashCode() {
    return FloatBuffer.wrap(values, from, to - from).hashCode();
  }

  @Override
  public String toString() {
    return "FloatVector[" + length() + "]";
  }
}
