package org.meanfield.image;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.zip.Adler32;
import java.util.zip.CRC32;
import java.util.zip.Deflater;

/** Writes images as PNG, without loss. */
public final class PngEncoder {
  private static final byte[] SIGNATURE = {(byte) 0x89, 'P', 'N', 'G', 0x0D, 0x0A, 0x1A, 0x0A};
  private static final int MAX_STORED_BLOCK = 65_535;

  private PngEncoder() {}

  /**
   * The image with stored (uncompressed) pixel data: the same pixels give the same bytes on every
   * platform and with every zlib, so that a digest of the file identifies the picture. Meant for
   * data sets, whose columns are compressed as a whole.
   */
  public static byte[] encode(PixelImage image) {
    return file(image, stored(rows(image)));
  }

  /**
   * The image, deflated: small, but the exact bytes depend on the platform's zlib. Meant for
   * reports.
   */
  public static byte[] encodeCompressed(PixelImage image) {
    return file(image, deflated(rows(image)));
  }

  /** The rows, each after its filter byte: 0, none. */
  private static byte[] rows(PixelImage image) {
    int rowBytes = image.width() * image.channels();
    byte[] rows = new byte[image.height() * (rowBytes + 1)];
    for (int row = 0; row < image.height(); row++) {
      System.arraycopy(image.raw(), row * rowBytes, rows, row * (rowBytes + 1) + 1, rowBytes);
    }
    return rows;
  }

  private static byte[] file(PixelImage image, byte[] data) {
    ByteBuffer header = ByteBuffer.allocate(13).putInt(image.width()).putInt(image.height());
    header.put((byte) 8).put((byte) (image.channels() == 1 ? 0 : 2));
    ByteArrayOutputStream out = new ByteArrayOutputStream(data.length + 57);
    out.writeBytes(SIGNATURE);
    chunk(out, "IHDR", header.array());
    chunk(out, "IDAT", data);
    chunk(out, "IEND", new byte[0]);
    return out.toByteArray();
  }

  private static void chunk(ByteArrayOutputStream out, String type, byte[] body) {
    byte[] name = type.getBytes(StandardCharsets.US_ASCII);
    CRC32 crc = new CRC32();
    crc.update(name);
    crc.update(body);
    out.writeBytes(bigEndian(body.length));
    out.writeBytes(name);
    out.writeBytes(body);
    out.writeBytes(bigEndian((int) crc.getValue()));
  }

  /** A zlib stream of stored blocks. Source: RFC 1950, RFC 1951 section 3.2.4. */
  private static byte[] stored(byte[] raw) {
    ByteArrayOutputStream out = new ByteArrayOutputStream(raw.length + 64);
    out.write(0x78);
    out.write(0x01);
    int at = 0;
    do {
      int size = Math.min(MAX_STORED_BLOCK, raw.length - at);
      out.write(at + size == raw.length ? 1 : 0);
      out.write(size & 0xFF);
      out.write(size >> 8);
      out.write(~size & 0xFF);
      out.write(~size >> 8 & 0xFF);
      out.write(raw, at, size);
      at += size;
    } while (at < raw.length);
    Adler32 adler = new Adler32();
    adler.update(raw);
    out.writeBytes(bigEndian((int) adler.getValue()));
    return out.toByteArray();
  }

  private static byte[] deflated(byte[] raw) {
    Deflater deflater = new Deflater();
    try {
      deflater.setInput(raw);
      deflater.finish();
      ByteArrayOutputStream out = new ByteArrayOutputStream(raw.length / 2 + 64);
      byte[] buffer = new byte[8192];
      while (!deflater.finished()) {
        out.write(buffer, 0, deflater.deflate(buffer));
      }
      return out.toByteArray();
    } finally {
      deflater.end();
    }
  }

  private static byte[] bigEndian(int value) {
    return ByteBuffer.allocate(4).putInt(value).array();
  }
}
