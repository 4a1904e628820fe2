package org.meanfield.average;

import java.nio.IntBuffer;
import java.nio.ShortBuffer;
import java.util.Arrays;

/**
 * The example-weighted mean of a slice, in arithmetic that is exact: the same bits in whatever
 * order and groups the states are added, so that each process can add up its own workers first.
 *
 * <p>Every state counts by its move from the last merged state, times its share of the examples,
 * cut to a whole number of units. A unit is 2^-30 of the power of two above the largest move of the
 * block, all workers together, so that the sum of all moves always fits an int. Moves are cut
 * towards zero: the mean of values that are not negative is not negative.
 *
 * <p>Use: {@link #raise} with every state, then {@link #add} every state, then {@link #finish}.
 * Shape: states are arrays in which the slice starts at the offset given. Source: pre-rounded
 * summation, Demmel and Nguyen 2013, "Fast reproducible floating-point summation".
 */
public final class SliceMean {
  private static final int BITS = 30;
  private static final short NO_MOVE = Short.MIN_VALUE;

  private final Slice slice;
  private final short[] exponents;
  private final int[] sums;

  /** A mean of nothing yet. */
  public SliceMean(Slice slice) {
    this.slice = slice;
    this.exponents = new short[slice.blocks()];
    this.sums = new int[slice.length()];
    clear();
  }

  /** Starts again. */
  public void clear() {
    Arrays.fill(exponents, NO_MOVE);
    Arrays.fill(sums, 0);
  }

  /** Makes each block's unit large enough for a state. */
  public void raise(float[] base, float[] state, int offset) {
    for (int block = 0; block < exponents.length; block++) {
      int first = block * Slice.BLOCK;
      int end = Math.min(first + Slice.BLOCK, sums.length);
      double largest = largest(base, slice.from(), state, offset, first, end);
      if (largest > 0) {
        int exponent = Math.getExponent(largest) + 1;
        exponents[block] = (short) Math.max(exponents[block], exponent);
      }
    }
  }

  /** Makes each block's unit at least that of another mean of the same slice. */
  public void raise(ShortBuffer others) {
    for (int block = 0; block < exponents.length; block++) {
      exponents[block] = (short) Math.max(exponents[block], others.get());
    }
  }

  /** Sets each block's unit to what was agreed, before anything is added. */
  public void agree(ShortBuffer agreed) {
    agreed.get(exponents);
  }

  /** Writes the exponents of the units, one for each block. */
  public void putExponents(ShortBuffer out) {
    out.put(exponents);
  }

  /**
   * Adds a state.
   *
   * @param share of the round's examples, in (0, 1)
   */
  public void add(float[] base, float[] state, int offset, double share) {
    for (int block = 0; block < exponents.length; block++) {
      if (exponents[block] != NO_MOVE) {
        int first = block * Slice.BLOCK;
        int end = Math.min(first + Slice.BLOCK, sums.length);
        // A power of two: the same bits as multiplying one after the other.
        double units = share * Math.scalb(1.0, BITS - exponents[block]);
        add(base, slice.from(), state, offset, first, end, units);
      }
    }
  }

  /** Adds what another mean of the same slice and units has added. */
  public void add(IntBuffer others) {
    for (int i = 0; i < sums.length; i++) {
      sums[i] += others.get();
    }
  }

  /** Writes what was added so far, in units. */
  public void putSums(IntBuffer out) {
    out.put(sums);
  }

  /** Writes the mean of the slice into a whole state. */
  public void finish(float[] base, float[] mean) {
    for (int block = 0; block < exponents.length; block++) {
      int first = block * Slice.BLOCK;
      int end = Math.min(first + Slice.BLOCK, sums.length);
      double unit = exponents[block] == NO_MOVE ? 0 : Math.scalb(1.0, exponents[block] - BITS);
      for (int i = first; i < end; i++) {
        mean[slice.from() + i] = (float) (base[slice.from() + i] + sums[i] * unit);
      }
    }
  }

  private static double largest(
      float[] base, int baseOffset, float[] state, int offset, int first, int end) {
    double largest = 0;
    for (int i = first; i < end; i++) {
      double move = Math.abs((double) state[offset + i] - base[baseOffset + i]);
      // A branch that is hardly ever taken: Math.max would chain every value to the one before.
      if (move > largest) {
        largest = move;
      }
    }
    return largest;
  }

  private void add(
      float[] base, int baseOffset, float[] state, int offset, int first, int end, double units) {
    for (int i = first; i < end; i++) {
      double move = (double) state[offset + i] - base[baseOffset + i];
      sums[i] += (int) (move * units);
    }
  }
}
