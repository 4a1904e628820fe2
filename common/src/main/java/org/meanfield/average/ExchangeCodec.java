package org.meanfield.average;

import java.nio.ByteBuffer;

/**
 * How states are written when they are exchanged: a function of the state and of the last merged
 * one, the base, which both sides know. The narrow ones write the move, state minus base.
 *
 * <p>A decoded value never has the other sign than both its base and the true value: a second
 * moment that is not negative stays so. Buffers are little-endian.
 */
public enum ExchangeCodec {
  /** Every bit: 4 bytes a value. */
  FP32 {
    @Override
    public int bytes(int values) {
      return Math.multiplyExact(4, values);
    }

    @Override
    public void encode(Slice slice, float[] base, float[] state, ByteBuffer out) {
      out.asFloatBuffer().put(state, slice.from(), slice.length());
      out.position(out.position() + bytes(slice.length()));
    }

    @Override
    public void decode(Slice slice, float[] base, ByteBuffer in, float[] target, int offset) {
      in.asFloatBuffer().get(target, offset, slice.length());
      in.position(in.position() + bytes(slice.length()));
    }
  },

  /** The move's sign, exponent and 7 bits, rounded to nearest, ties to even: 2 bytes a value. */
  BF16 {
    @Override
    public int bytes(int values) {
      return Math.multiplyExact(2, values);
    }

    @Override
    public void encode(Slice slice, float[] base, float[] state, ByteBuffer out) {
      for (int i = slice.from(); i < slice.to(); i++) {
        int bits = Float.floatToRawIntBits(move(base[i], state[i]));
        short nearest = (short) ((bits + 0x7FFF + (bits >>> 16 & 1)) >>> 16);
        float decoded = widen(nearest);
        boolean worse = isWorse(base[i], state[i], base[i] + decoded);
        out.putShort(worse ? (short) (bits >>> 16) : nearest);
      }
    }

    @Override
    public void decode(Slice slice, float[] base, ByteBuffer in, float[] target, int offset) {
      for (int i = slice.from(); i < slice.to(); i++) {
        target[offset + i - slice.from()] = base[i] + widen(in.getShort());
      }
    }

    private float widen(short bits) {
      return Float.intBitsToFloat(bits << 16);
    }
  },

  /**
   * The move in 255 steps of a scale that a block's largest move sets: 1 byte a value and 4 a
   * block.
   */
  INT8 {
    @Override
    public int bytes(int values) {
      return values + 4 * ((values + Slice.BLOCK - 1) / Slice.BLOCK);
    }

    @Override
    public void encode(Slice slice, float[] base, float[] state, ByteBuffer out) {
      for (int first = slice.from(); first < slice.to(); first += Slice.BLOCK) {
        encodeBlock(first, Math.min(first + Slice.BLOCK, slice.to()), base, state, out);
      }
    }

    private void encodeBlock(int first, int end, float[] base, float[] state, ByteBuffer out) {
      float largest = 0;
      for (int i = first; i < end; i++) {
        largest = Math.max(largest, Math.abs(move(base[i], state[i])));
      }
      float scale = largest / STEPS;
      out.putFloat(scale);
      for (int i = first; i < end; i++) {
        int steps = scale == 0 ? 0 : (int) Math.rint(move(base[i], state[i]) / scale);
        steps = Math.max(-STEPS, Math.min(STEPS, steps));
        while (steps != 0 && isWorse(base[i], state[i], base[i] + steps * scale)) {
          steps -= Integer.signum(steps);
        }
        out.put((byte) steps);
      }
    }

    @Override
    public void decode(Slice slice, float[] base, ByteBuffer in, float[] target, int offset) {
      for (int first = slice.from(); first < slice.to(); first += Slice.BLOCK) {
        float scale = in.getFloat();
        int end = Math.min(first + Slice.BLOCK, slice.to());
        for (int i = first; i < end; i++) {
          target[offset + i - slice.from()] = base[i] + in.get() * scale;
        }
      }
    }
  };

  private static final int STEPS = 127;

  /**
   * Size of a slice that starts at a block's boundary.
   *
   * @param values in the slice
   */
  public abstract int bytes(int values);

  /** Writes a slice of {@code state}. Shape: base and state are whole. */
  public abstract void encode(Slice slice, float[] base, float[] state, ByteBuffer out);

  /**
   * Reads a slice.
   *
   * @param base whole, the one it was encoded with
   * @param target gets {@code slice.length()} values from {@code offset} on
   */
  public abstract void decode(Slice slice, float[] base, ByteBuffer in, float[] target, int offset);

  private static float move(float base, float state) {
    return Math.max(-Float.MAX_VALUE, Math.min(Float.MAX_VALUE, state - base));
  }

  /** True where rounding up went too far: past zero, or out of range. */
  private static boolean isWorse(float base, float state, float decoded) {
    return (base >= 0 && state >= 0 && decoded < 0)
        || (base <= 0 && state <= 0 && decoded > 0)
        || !Float.isFinite(decoded);
  }
}
