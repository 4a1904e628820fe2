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

  /**
   * Positions of the greatest values, the greatest first; of equal ones the first comes first.
   *
   * @param count how many, at most
   */
  public int[] greatest(int count) {
    int[] positions = new int[Math.min(count, length())];
    int found = 0;
    for (int i = 0; i < length(); i++) {
      int place = found;
      while (place > 0 && get(positions[place - 1]) < get(i)) {
        place--;
      }
      if (place < positions.length) {
        found = Math.min(found + 1, positions.length);
        System.arraycopy(positions, place, positions, place + 1, found - place - 1);
        positions[place] = i;
      }
    }
    return positions;
  }

  /** A copy of all values. */
  public float[] toArray() {
    return Arrays.copyOfRange(values, from, to);
  }

  /** A copy of all values, as doubles. */
  public double[] toDoubleArray() {
    double[] doubles = new double[length()];
    for (int i = 0; i < doubles.length; i++) {
      doubles[i] = values[from + i];
    }
    return doubles;
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
