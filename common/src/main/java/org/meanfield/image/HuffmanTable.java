package org.meanfield.image;

import java.util.Arrays;

/**
 * A JPEG Huffman table, as a decoder wants it: one look-up for short codes, a comparison for each
 * further bit. Source: ITU-T T.81 annex C and F.2.2.3.
 */
final class HuffmanTable {
  /** Codes up to this length are found by one look-up. */
  static final int LOOKUP_BITS = 9;

  private static final int MAX_LENGTH = 16;

  private final byte[] definition;
  private final short[] lookup = new short[1 << LOOKUP_BITS]; // length << 8 | symbol; 0 for none
  private final int[] maxCode = new int[MAX_LENGTH + 2]; // largest code of each length; -1 for none
  private final int[] symbolOffset = new int[MAX_LENGTH + 1]; // plus code: index of its symbol

  private HuffmanTable(byte[] definition) {
    this.definition = definition;
  }

  /**
   * Builds the table.
   *
   * @param definition 16 counts of codes by length, then the symbols
   * @return null where the counts do not make a code
   */
  static HuffmanTable of(byte[] definition) {
    HuffmanTable table = new HuffmanTable(definition);
    int code = 0;
    int symbol = 0;
    for (int length = 1; length <= MAX_LENGTH; length++) {
      int count = definition[length - 1] & 0xFF;
      table.symbolOffset[length] = symbol - code;
      table.maxCode[length] = count == 0 ? -1 : code + count - 1;
      if (code + count > 1 << length) {
        return null;
      }
      for (int i = 0; i < count; i++) {
        table.enter(length, code, definition[MAX_LENGTH + symbol]);
        code++;
        symbol++;
      }
      code <<= 1;
    }
    return table;
  }

  private void enter(int length, int code, byte symbol) {
    if (length <= LOOKUP_BITS) {
      int from = code << (LOOKUP_BITS - length);
      int to = from + (1 << (LOOKUP_BITS - length));
      Arrays.fill(lookup, from, to, (short) (length << 8 | (symbol & 0xFF)));
    }
  }

  /** Whether the table was built from exactly these bytes. */
  boolean isDefinedBy(byte[] bytes, int from, int to) {
    return Arrays.equals(definition, 0, definition.length, bytes, from, to);
  }

  /**
   * The code that {@code bits} start with.
   *
   * @param bits 16 bits of the stream
   * @return {@code length << 8 | symbol}; 0 where no code starts so
   */
  int find(int bits) {
    int found = lookup[bits >> (MAX_LENGTH - LOOKUP_BITS)];
    return found != 0 ? found : findLong(bits);
  }

  private int findLong(int bits) {
    for (int length = LOOKUP_BITS + 1; length <= MAX_LENGTH; length++) {
      int code = bits >> (MAX_LENGTH - length);
      if (code <= maxCode[length]) {
        return length << 8 | (definition[MAX_LENGTH + symbolOffset[length] + code] & 0xFF);
      }
    }
    return 0;
  }
}
