package org.meanfield.data;

import java.nio.charset.StandardCharsets;

/**
 * Derives independent seeds from one run seed, so that no generator has to live on: the same
 * coordinates give the same draws on any machine, in any order.
 *
 * <p>Source: the finaliser of SplitMix64 (Steele, Lea, Flood 2014), applied to a running
 * combination.
 */
public final class Seeds {
  private static final long GOLDEN_GAMMA = 0x9E3779B97F4A7C15L;

  private Seeds() {}

  /**
   * The seed of one draw.
   *
   * @param seed of the run
   * @param purpose keeps, e.g., shuffling and augmentation apart
   * @param coordinates where the draw happens: worker, epoch, iteration, ...
   */
  public static long derive(long seed, String purpose, long... coordinates) {
    long state = mix(seed + GOLDEN_GAMMA);
    for (byte letter : purpose.getBytes(StandardCharsets.UTF_8)) {
      state = mix((state ^ letter) + GOLDEN_GAMMA);
    }
    for (long coordinate : coordinates) {
      state = mix((state ^ mix(coordinate + GOLDEN_GAMMA)) + GOLDEN_GAMMA);
    }
    return state;
  }

  /** The {@code index}-th of the uniform 64-bit numbers that a derived seed stands for. */
  public static long draw(long derivedSeed, long index) {
    return mix(derivedSeed + (index + 1) * GOLDEN_GAMMA);
  }

  /** A bijection of 64-bit numbers whose output bits all depend on all input bits. */
  static long mix(long value) {
    long z = (value ^ (value >>> 30)) * 0xBF58476D1CE4E5B9L;
    z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
    return z ^ (z >>> 31);
  }
}
