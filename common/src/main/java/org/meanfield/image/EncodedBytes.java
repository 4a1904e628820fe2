package org.meanfield.image;

import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import org.meanfield.image.BadImageException.Reason;

/** Reads numbers from an encoded image; every read past the end is a TRUNCATED image. */
final class EncodedBytes {
  private final byte[] bytes;

  EncodedBytes(byte[] bytes) {
    this.bytes = bytes;
  }

  InputStream stream() {
    return new ByteArrayInputStream(bytes);
  }

  /** The bytes themselves, for this package's code, which only reads them. */
  byte[] raw() {
    return bytes;
  }

  int length() {
    return bytes.length;
  }

  int u8(long at) {
    require(at, 1);
    return bytes[(int) at] & 0xFF;
  }

  int u16BigEndian(long at) {
    return u8(at) << 8 | u8(at + 1);
  }

  int u16LittleEndian(long at) {
    return u8(at) | u8(at + 1) << 8;
  }

  long u32BigEndian(long at) {
    return (long) u16BigEndian(at) << 16 | u16BigEndian(at + 2);
  }

  long u32LittleEndian(long at) {
    return u16LittleEndian(at) | (long) u16LittleEndian(at + 2) << 16;
  }

  String ascii(long at, int count) {
    require(at, count);
    return new String(bytes, (int) at, count, StandardCharsets.ISO_8859_1);
  }

  boolean startsWith(int... prefix) {
    for (int i = 0; i < prefix.length; i++) {
      if (i >= bytes.length || (bytes[i] & 0xFF) != prefix[i]) {
        return false;
      }
    }
    return true;
  }

  boolean hasAsciiAt(int at, String text) {
    return bytes.length >= at + text.length() && ascii(at, text.length()).equals(text);
  }

  /** Refuses the image unless {@code count} bytes lie at {@code at}. */
  void require(long at, long count) {
    if (at < 0 || count < 0 || at + count > bytes.length) {
      throw new BadImageException(
          Reason.TRUNCATED,
          "The image has "
              + bytes.length
              + " bytes, but its structure needs "
              + count
              + " more at byte "
              + at);
    }
  }

  static BadImageException undecodable(String message) {
    return new BadImageException(Reason.UNDECODABLE, message);
  }
}
