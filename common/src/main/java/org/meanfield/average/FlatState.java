package org.meanfield.average;

import java.nio.FloatBuffer;
import org.meanfield.model.FloatVector;
import org.meanfield.model.ModelState;

/** A state as one array: parameters, then updater state. Merging does not tell them apart. */
public final class FlatState {
  private FlatState() {}

  /** A copy. */
  public static float[] of(ModelState state) {
    float[] flat = new float[state.parameters().length() + state.updaterState().length()];
    copy(state, flat);
    return flat;
  }

  /** Copies a state into an array of its length. */
  public static void copy(ModelState state, float[] flat) {
    FloatBuffer buffer = FloatBuffer.wrap(flat);
    state.parameters().putInto(buffer);
    state.updaterState().putInto(buffer);
  }

  /**
   * The state in an array that is used again and again. Ownership: the array stays the caller's,
   * who writes to it only when nobody reads the state any more.
   *
   * @param parameters how many of the values are parameters
   */
  public static ModelState lent(float[] flat, int parameters) {
    return toState(flat, parameters);
  }

  /** True where no value is NaN or infinite. */
  public static boolean isFinite(float[] flat) {
    return FloatVector.wrap(flat).isFinite();
  }

  /**
   * The state in an array. Ownership: takes the array over; the caller must not write to it
   * afterwards.
   *
   * @param parameters how many of the values are parameters
   */
  static ModelState toState(float[] flat, int parameters) {
    return new ModelState(
        FloatVector.wrap(flat, 0, parameters), FloatVector.wrap(flat, parameters, flat.length));
  }
}
