package org.meanfield.average;

import java.util.Random;

/** Random states around a base, of every magnitude that training has. */
final class States {
  private States() {}

  static float[] base(long seed, int length) {
    Random random = new Random(seed);
    float[] values = new float[length];
    for (int i = 0; i < length; i++) {
      values[i] = random.nextInt(5) == 0 ? 0 : (float) (random.nextGaussian() * 0.1);
    }
    return values;
  }

  /** A base moved by a little here and by much there. */
  static float[] moved(float[] base, long seed) {
    Random random = new Random(seed);
    float[] values = base.clone();
    for (int i = 0; i < values.length; i++) {
      values[i] += (float) (random.nextGaussian() * Math.pow(10, -6 + i % 5));
    }
    return values;
  }

  /** Small numbers that are not negative, as an updater's second moments. */
  static float[] moments(long seed, int length) {
    Random random = new Random(seed);
    float[] values = new float[length];
    for (int i = 0; i < length; i++) {
      values[i] = random.nextInt(4) == 0 ? 0 : (float) Math.pow(10, -14 * random.nextDouble());
    }
    return values;
  }
}
