package org.meanfield.average;

import java.nio.IntBuffer;
import java.nio.ShortBuffer;
import java.util.Arrays;
import java.util.List;

/**
 * The example-weighted mean of a slice, in arithmetic that is exact: the same bits in whatever
 * order and groups the states are added, so that each process can add up its own workers first.
 *
 * <p>Every state counts by its move from the last merged state, times its share of the examples,
 * cut to a whole number of units. A unit is 2^-30 of the power of two above the largest move of the
 * block, all workers together, so that the sum of all moves always fits an int. Moves are cut
 * towards zero: the mean of values that are not negative is not negative.
 *
 * <p>Use: {@link #of} where all states are in one place; else {@link #raise} with every state, then
 * {@link #add} every state, then {@link #finish}, which gives the same bits. Shape: states are
 * arrays in which the slice starts at the offset given. Source: pre-rounded summation, Demmel and
 * Nguyen 2013, "Fast reproducible floating-point summation".
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
    Arrays.fill(exponents, NO_MOVE);
  }

  /** A state that counts. */
  public static final class Part {
    private final float[] state;
    private final int offset;
    private final double share;

    /**
     * A slice of a state. Ownership: reads the array where it is.
     *
     * @param offset at which the slice starts in {@code state}
     * @param share of the round's examples, in (0, 1)
     */
    public Part(float[] state, int offset, double share) {
      this.state = state;
      this.offset = offset;
      this.share = share;
    }

    /** Copies a slice as it is, for a mean of nothing else. */
    public void copyTo(Slice slice, float[] mean) {
      System.arraycopy(state, offset, mean, slice.from(), slice.length());
    }
  }

  /**
   * The mean of states that are all here.
   *
   * @param slice a few thousand values at a time stay in a processor's own cache
   * @param base whole
   * @param mean whole; gets the slice
   */
  public static void of(Slice slice, float[] base, List<Part> parts, float[] mean) {
    SliceMean sum = new SliceMean(slice);
    parts.forEach(part -> sum.raise(base, part.state, part.offset));
    parts.forEach(part -> sum.add(base, part.state, part.offset, part.share));
    sum.finish(base, mean);
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
      int needed = exponent(base, slice.from() + first, state, offset + first, values(first));
      exponents[block] = (short) Math.max(exponents[block], needed);
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
        double units = units(share, exponents[block]);
        add(base, slice.from() + first, state, offset + first, values(first), units, sums, first);
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
      finish(base, slice.from() + first, values(first), unit(exponents[block]), sums, first, mean);
    }
  }

  /** Values of the block that starts there. */
  private int values(int first) {
    return Math.min(Slice.BLOCK, sums.length - first);
  }

  private static double unit(int exponent) {
    return exponent == NO_MOVE ? 0 : Math.scalb(1.0, exponent - BITS);
  }

  /** What a move is multiplied with: a share in units, whose number is a power of two. */
  private static double units(double share, int exponent) {
    return share * Math.scalb(1.0, BITS - exponent);
  }

  /** That of the power of two above a block's largest move, or {@link #NO_MOVE}. */
  private static int exponent(float[] base, int baseFrom, float[] state, int from, int values) {
    double rounded = largestRounded(base, baseFrom, state, from, values);
    // Rounding keeps the order of moves, and the exponent unless it ends at a power of two.
    boolean sure =
        rounded <= Float.MAX_VALUE && rounded != Math.scalb(1.0, Math.getExponent(rounded));
    double largest = sure ? rounded : largest(base, baseFrom, state, from, values);
    return largest > 0 ? Math.getExponent(largest) + 1 : NO_MOVE;
  }

  // The loops over values. A branch that is hardly ever taken finds the largest: Math.max would
  // chain every value to the one before. Java 17 makes slower code of one loop for everything (4 ms
  // where these take 2, for two states of 430,000 values).

  private static float largestRounded(
      float[] base, int baseFrom, float[] state, int from, int values) {
    float largest = 0;
    for (int i = 0; i < values; i++) {
      float move = Math.abs(state[from + i] - base[baseFrom + i]);
      if (move > largest) {
        largest = move;
      }
    }
    return largest;
  }

  private static double largest(float[] base, int baseFrom, float[] state, int from, int values) {
    double largest = 0;
    for (int i = 0; i < values; i++) {
      double move = Math.abs((double) state[from + i] - base[baseFrom + i]);
      if (move > largest) {
        largest = move;
      }
    }
    return largest;
  }

  private static void add(
      float[] base,
      int baseFrom,
      float[] state,
      int stateFrom,
      int values,
      double units,
      int[] sums,
      int sumsFrom) {
    for (int i = 0; i < values; i++) {
      double move = (double) state[stateFrom + i] - base[baseFrom + i];
      sums[sumsFrom + i] += (int) (move * units);
    }
  }

  private static void finish(
      float[] base, int from, int values, double unit, int[] sums, int sumsFrom, float[] mean) {
    for (int i = 0; i < values; i++) {
      mean[from + i] = (float) (base[from + i] + sums[sumsFrom + i] * unit);
    }
  }
}
