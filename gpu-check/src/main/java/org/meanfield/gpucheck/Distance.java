package org.meanfield.gpucheck;

import org.meanfield.model.FloatVector;

/** How far two vectors are apart. */
final class Distance {
  private Distance() {}

  /** Euclidean distance, relative to the length of what should be there. */
  static double relative(FloatVector expected, FloatVector found) {
    if (expected.length() != found.length()) {
      throw new IllegalStateException(
          "Expected " + expected.length() + " values, found " + found.length());
    }
    double distance = 0;
    double length = 0;
    for (int i = 0; i < expected.length(); i++) {
      double difference = (double) expected.get(i) - found.get(i);
      distance += difference * difference;
      length += (double) expected.get(i) * expected.get(i);
    }
    return length == 0 ? Math.sqrt(distance) : Math.sqrt(distance / length);
  }

  /** What was added to a vector. */
  static FloatVector change(FloatVector from, FloatVector to) {
    float[] change = to.toArray();
    for (int i = 0; i < change.length; i++) {
      change[i] -= from.get(i);
    }
    return FloatVector.wrap(change);
  }
}
