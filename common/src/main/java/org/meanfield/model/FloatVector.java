package org.meanfield.model;

import java.nio.FloatBuffer;
import java.util.Arrays;

/** An immutable vector of floats: parameters, updater state, probabilities. */
public final class FloatVector {
  private static final FloatVector EMPTY = new FloatVector(new float[0]);
  private final float[] values;

  private FloatVector(float[] values) {
    this.values = values;
  }

  /** Ownership: takes the array over; the caller must not write to it afterwards. */
  public static FloatVector wrap(float[] values) {
    return values.length == 0 ? EMPTY : new FloatVector(values);
  }

  /** The vector of length 0. */
  public static FloatVector empty() {
    return EMPTY;
  }

  /** Number of values. */
  public int length() {
    return values.length;
  }

  /** One value. */
  public float get(int index) {
    return values[index];
  }

  /** A copy of all values. */
  public float[] toArray() {
    return values.clone();
  }

  /** Puts all values into a buffer, from its position on. */
  public void putInto(FloatBuffer target) {
    target.put(values);
  }

  /** True where no value is NaN or infinite. */
  public boolean isFinite() {
    for (float value : values) {
      if (!Float.isFinite(value)) {
        return false;
      }
    }
    return true;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof FloatVector that && Arrays.equals(values, that.values);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(values);
  }

  @Override
  public String toString() {
    return "FloatVector[" + values.length + "]";
  }
}
