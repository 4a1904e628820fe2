package org.meanfield.image;

import java.util.Arrays;

/**
 * What there is to know before the bits of a plain JPEG: one Huffman-coded sequential scan of all
 * components, chroma at full size, half the width, or half of both. Nearly every camera, browser
 * and data set writes these. Whatever else there is goes to the JDK's reader, as does anything that
 * looks odd: {@link #of} answers null, and only the JDK decides what is wrong with it.
 */
final class PlainScan {
  private final int components;
  private final Sampling sampling;
  private final int[][] quantization;
  private final HuffmanTable[] dcTables;
  private final HuffmanTable[] acTables;
  private final int restartInterval;
  private final int dataStart;

  private PlainScan(
      int components,
      Sampling sampling,
      int[][] quantization,
      HuffmanTable[] dcTables,
      HuffmanTable[] acTables,
      int restartInterval,
      int dataStart) {
    this.components = components;
    this.sampling = sampling;
    this.quantization = quantization;
    this.dcTables = dcTables;
    this.acTables = acTables;
    this.restartInterval = restartInterval;
    this.dataStart = dataStart;
  }

  /** 1 or 3. */
  int components() {
    return components;
  }

  Sampling sampling() {
    return sampling;
  }

  /** 64 factors of a component, in zigzag order. */
  int[] quantization(int component) {
    return quantization[component];
  }

  HuffmanTable dcTable(int component) {
    return dcTables[component];
  }

  HuffmanTable acTable(int component) {
    return acTables[component];
  }

  /** MCUs between restart markers; 0 for none. */
  int restartInterval() {
    return restartInterval;
  }

  /** Position of the first entropy-coded byte. */
  int dataStart() {
    return dataStart;
  }

  /** Luma samples for each chroma sample. */
  record Sampling(int horizontal, int vertical) {}

  /** The tables that the last image of a thread was read with: most of a data set shares them. */
  static final class TableCache {
    private final HuffmanTable[] tables = new HuffmanTable[8];
  }

  /**
   * Reads the headers.
   *
   * @param file only segments that decoding needs
   * @return null where the file is not plain
   */
  static PlainScan of(byte[] file, TableCache cache) {
    return new Reader(file, cache).read();
  }

  private static final class Reader {
    private final byte[] file;
    private final TableCache cache;
    private final int[][] quantizations = new int[4][];
    private final HuffmanTable[] tables = new HuffmanTable[8]; // DC 0..3, AC 0..3
    private int components;
    private final int[] ids = new int[3];
    private final int[] factors = new int[3];
    private final int[] quantizationIds = new int[3];
    private int restartInterval;
    private boolean plain = true;

    Reader(byte[] file, TableCache cache) {
      this.file = file;
      this.cache = cache;
    }

    /** The structure was walked before: every segment lies inside the file. */
    PlainScan read() {
      int at = 2;
      while (plain) {
        while (u8(at + 1) == 0xFF) {
          at++;
        }
        int marker = u8(at + 1);
        int from = at + 4;
        int end = at + 2 + u16(at + 2);
        switch (marker) {
          case 0xC0, 0xC1 -> frame(from);
          case 0xC4 -> huffman(from, end);
          case 0xDB -> quantization(from, end);
          case 0xDD -> restartInterval = end - from == 2 ? u16(from) : odd();
          case 0xDA -> {
            return scan(from, end);
          }
          default -> odd();
        }
        at = end;
      }
      return null;
    }

    private int odd() {
      plain = false;
      return 0;
    }

    private void frame(int from) {
      components = u8(from + 5);
      if (components != 1 && components != 3) {
        odd();
        return;
      }
      for (int c = 0; c < components; c++) {
        int at = from + 6 + 3 * c;
        ids[c] = u8(at);
        factors[c] = u8(at + 1);
        quantizationIds[c] = u8(at + 2);
        plain &= quantizationIds[c] < 4;
      }
    }

    private void quantization(int from, int end) {
      int at = from;
      while (at < end && plain) {
        int bytes = (u8(at) >> 4) + 1;
        int id = u8(at) & 15;
        if (bytes > 2 || id > 3 || at + 1 + 64 * bytes > end) {
          odd();
          return;
        }
        int[] values = new int[64];
        for (int i = 0; i < 64; i++) {
          values[i] = bytes == 1 ? u8(at + 1 + i) : u16(at + 1 + 2 * i);
          plain &= values[i] <= Short.MAX_VALUE;
        }
        quantizations[id] = values;
        at += 1 + 64 * bytes;
      }
    }

    private void huffman(int from, int end) {
      int at = from;
      while (at < end && plain) {
        int id = u8(at);
        if ((id & 0xEC) != 0 || at + 17 > end) {
          odd();
          return;
        }
        int symbols = 0;
        for (int i = 1; i <= 16; i++) {
          symbols += u8(at + i);
        }
        if (symbols > 256 || at + 17 + symbols > end) {
          odd();
          return;
        }
        table((id >> 4) * 4 + (id & 3), at + 1, at + 17 + symbols);
        at += 17 + symbols;
      }
    }

    private void table(int slot, int from, int end) {
      HuffmanTable known = cache.tables[slot];
      if (known == null || !known.isDefinedBy(file, from, end)) {
        known = HuffmanTable.of(Arrays.copyOfRange(file, from, end));
        cache.tables[slot] = known;
      }
      tables[slot] = known;
    }

    private PlainScan scan(int from, int end) {
      plain &= components > 0 && end - from == 4 + 2 * components && u8(from) == components;
      if (!plain || u8(end - 3) != 0 || u8(end - 2) != 63 || u8(end - 1) != 0) {
        return null;
      }
      int[][] quantization = new int[components][];
      HuffmanTable[] dc = new HuffmanTable[components];
      HuffmanTable[] ac = new HuffmanTable[components];
      for (int c = 0; c < components; c++) {
        int selectors = u8(from + 2 + 2 * c);
        if (u8(from + 1 + 2 * c) != ids[c] || (selectors & 0xCC) != 0) {
          return null;
        }
        quantization[c] = quantizations[quantizationIds[c]];
        dc[c] = tables[selectors >> 4];
        ac[c] = tables[4 + (selectors & 3)];
        if (quantization[c] == null || dc[c] == null || ac[c] == null) {
          return null;
        }
      }
      Sampling sampling = sampling();
      return sampling == null
          ? null
          : new PlainScan(components, sampling, quantization, dc, ac, restartInterval, end);
    }

    /** Null where it is none of the three in common use. */
    private Sampling sampling() {
      if (components == 1) {
        return new Sampling(1, 1);
      }
      if (factors[1] != 0x11 || factors[2] != 0x11) {
        return null;
      }
      return switch (factors[0]) {
        case 0x11 -> new Sampling(1, 1);
        case 0x21 -> new Sampling(2, 1);
        case 0x22 -> new Sampling(2, 2);
        default -> null;
      };
    }

    private int u8(int at) {
      return file[at] & 0xFF;
    }

    private int u16(int at) {
      return u8(at) << 8 | u8(at + 1);
    }
  }
}
