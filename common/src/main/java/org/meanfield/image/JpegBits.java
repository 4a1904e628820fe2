package org.meanfield.image;

/**
 * The entropy-coded bits of a JPEG scan. Where they end too early or make no sense it goes on with
 * zeros and remembers: whoever reads asks {@link #isSound()} from time to time, and pays for no
 * check in between.
 */
final class JpegBits {
  private final byte[] data;
  private final int end;
  private int at;
  private long buffer; // the lowest `count` bits are still to be read
  private int count;
  private int padding; // how many of the lowest bits are made up
  private boolean sound = true;

  /** Reads from {@code from}; a marker must come before {@code end}. */
  JpegBits(byte[] data, int from, int end) {
    this.data = data;
    this.at = from;
    this.end = end;
  }

  boolean isSound() {
    return sound && count >= padding;
  }

  /** Marks the stream as one that is not to be trusted. */
  void distrust() {
    sound = false;
  }

  /** The next symbol. */
  int symbol(HuffmanTable table) {
    if (count < 32) {
      fill();
    }
    int found = table.find((int) (buffer >>> (count - 16)) & 0xFFFF);
    if (found == 0) {
      sound = false;
      return 0;
    }
    count -= found >> 8;
    return found & 0xFF;
  }

  /**
   * The signed number of a size class; a {@link #symbol} was read just before, which leaves enough
   * bits for it.
   *
   * @param size 1..15
   */
  int number(int size) {
    count -= size;
    int bits = (int) (buffer >>> count) & ((1 << size) - 1);
    return bits < 1 << (size - 1) ? bits - (1 << size) + 1 : bits;
  }

  /** Goes past a number; a {@link #symbol} was read just before. */
  void skip(int size) {
    count -= size;
  }

  /** Goes past a restart marker, which must stand here. */
  void restart(int number) {
    requireMarker(0xD0 + number);
    at += 2;
  }

  /** The bits must end here: fewer than eight of them left, then this marker. */
  void requireMarker(int marker) {
    if (padding == 0) {
      fill();
    }
    int left = count - padding;
    boolean here = at + 1 < end && data[at] == -1 && data[at + 1] == (byte) marker;
    sound &= here && left >= 0 && left < 8;
    buffer = 0;
    count = 0;
    padding = 0;
  }

  private void fill() {
    while (count <= 48) {
      int next = at + 1 < end ? data[at] : -1;
      if (next == -1) {
        if (at + 1 >= end || data[at + 1] != 0) {
          pad();
          return;
        }
        at++;
      }
      at++;
      buffer = buffer << 8 | (next & 0xFF);
      count += 8;
    }
  }

  /** Zeros in place of bits that are not there; they must not be needed. */
  private void pad() {
    sound &= count >= padding;
    int added = 56 - count;
    buffer <<= added;
    count += added;
    padding = Math.min(56, padding + added);
  }
}
