package org.meanfield.image;

import java.io.ByteArrayOutputStream;
import java.util.Set;
import org.meanfield.image.BadImageException.Reason;

/**
 * A JPEG file's segments. Source: ITU-T T.81 annex B (segments), T.872 section 6.5 (Adobe marker
 * and component ids).
 *
 * @param info size and component count
 * @param color what the components are
 * @param layout whether it is laid out as nearly all are
 * @param essential the file without its APPn and COM segments, nor anything after the end marker:
 *     no profile, thumbnail or comment in it can disturb decoding
 */
record JpegStructure(ImageInfo info, Color color, Layout layout, EncodedBytes essential) {
  private static final int SOI = 0xD8;
  private static final int EOI = 0xD9;
  private static final int SOS = 0xDA;
  private static final int DHT = 0xC4;
  private static final int JPG = 0xC8;
  private static final int DAC = 0xCC;
  private static final int APP0 = 0xE0;
  private static final int APP14 = 0xEE;
  private static final int COM = 0xFE;

  /** Every pass of a decoder over a huge image costs time; real files have about ten. */
  private static final int MAX_SCANS = 500;

  /** One bit codes at least the DC value of one 8x8 block, so no byte can stand for more. */
  private static final long MAX_PIXELS_PER_BYTE = 512;

  private static final Set<String> COMMON_SAMPLINGS = Set.of("11 11 11 ", "21 11 11 ", "22 11 11 ");

  /** How components are numbered and sampled. */
  enum Layout {
    /**
     * One component; or three numbered 1 to 3 with chroma at luma's size, at half its width, or at
     * half of both. Here all libraries agree on every bit.
     */
    COMMON,
    /** Anything else. */
    RARE
  }

  /** How components become colours. */
  enum Color {
    GREY,
    RGB,
    YCBCR,
    /** 255 is full ink. */
    CMYK,
    /** Adobe's: 255 is no ink. */
    CMYK_INVERTED,
    /** Adobe's: YCbCr of the inverted CMY, and inverted black. */
    YCCK_INVERTED
  }

  /** Size and components, reading no further than the frame header. */
  static ImageInfo header(byte[] encoded) {
    Walk walk = new Walk(encoded);
    while (walk.info == null) {
      walk.segment();
    }
    return walk.info;
  }

  /** The whole structure; refuses a file that does not reach its end marker. */
  static JpegStructure walk(byte[] encoded) {
    Walk walk = new Walk(encoded);
    while (!walk.ended) {
      walk.segment();
    }
    if (walk.info.pixels() > walk.codedBytes * MAX_PIXELS_PER_BYTE) {
      throw new BadImageException(
          Reason.TRUNCATED,
          "The header announces "
              + walk.info.pixels()
              + " pixels, more than "
              + walk.codedBytes
              + " coded bytes can hold");
    }
    return new JpegStructure(
        walk.info, walk.color(), walk.layout(), new EncodedBytes(walk.essential.toByteArray()));
  }

  private static final class Walk {
    private final byte[] encoded;
    private final EncodedBytes bytes;
    private final ByteArrayOutputStream essential;
    private int at = 2;
    private ImageInfo info;
    private String componentIds = "";
    private String samplings = "";
    private boolean jfif;
    private int adobeTransform = -1;
    private int scans;
    private long codedBytes;
    private boolean ended;

    Walk(byte[] encoded) {
      this.encoded = encoded;
      this.bytes = new EncodedBytes(encoded);
      this.essential = new ByteArrayOutputStream(encoded.length);
      essential.write(0xFF);
      essential.write(SOI);
    }

    /** Reads one marker with what belongs to it. */
    void segment() {
      if (bytes.u8(at) != 0xFF) {
        throw EncodedBytes.undecodable("JPEG: no marker where one must be, at byte " + at);
      }
      while (bytes.u8(at + 1) == 0xFF) { // fill bytes
        at++;
      }
      int marker = bytes.u8(at + 1);
      if (marker == EOI) {
        end();
        return;
      }
      if (marker <= 0x01 || (marker >= 0xD0 && marker <= SOI)) {
        throw EncodedBytes.undecodable(
            "JPEG: marker " + Integer.toHexString(marker) + " cannot stand at byte " + at);
      }
      int length = bytes.u16BigEndian(at + 2L);
      if (length < 2) {
        throw EncodedBytes.undecodable("JPEG: a segment of length " + length + " at byte " + at);
      }
      bytes.require(at + 2L, length);
      interpret(marker, at + 4, length - 2);
      int next = at + 2 + length;
      if (marker == SOS) {
        next = endOfScan(next);
      }
      if ((marker < APP0 || marker > 0xEF) && marker != COM) {
        essential.write(encoded, at, next - at);
      }
      at = next;
    }

    private void end() {
      if (scans == 0) {
        throw new BadImageException(Reason.TRUNCATED, "JPEG: ends before any image data");
      }
      essential.write(0xFF);
      essential.write(EOI);
      ended = true;
    }

    private void interpret(int marker, int from, int length) {
      if (marker == APP0 && length >= 5 && bytes.hasAsciiAt(from, "JFIF\0")) {
        jfif = true;
      } else if (marker == APP14 && length >= 12 && bytes.hasAsciiAt(from, "Adobe")) {
        adobeTransform = bytes.u8(from + 11L);
      } else if (marker == SOS) {
        if (info == null || ++scans > MAX_SCANS) {
          throw EncodedBytes.undecodable(
              info == null
                  ? "JPEG: image data comes before the frame header"
                  : "JPEG: more than " + MAX_SCANS + " scans");
        }
      } else if (marker >= 0xC0
          && marker <= 0xCF
          && marker != DHT
          && marker != JPG
          && marker != DAC) {
        frame(marker, from, length);
      }
    }

    private void frame(int marker, int from, int length) {
      if (marker > 0xC2) {
        throw unsupported("a lossless, hierarchical or arithmetic-coded JPEG");
      }
      if (info != null) {
        throw EncodedBytes.undecodable("JPEG: a second frame header");
      }
      if (length < 6) {
        throw EncodedBytes.undecodable("JPEG: a frame header of " + length + " bytes");
      }
      int height = bytes.u16BigEndian(from + 1L);
      int width = bytes.u16BigEndian(from + 3L);
      int components = bytes.u8(from + 5L);
      if (bytes.u8(from) != 8 || height == 0) {
        throw unsupported("a JPEG with 12 bits a sample or without a height in its header");
      }
      if (width == 0 || length != 6 + 3 * components) {
        throw EncodedBytes.undecodable("JPEG: the frame header contradicts itself");
      }
      if (components != 1 && components != 3 && components != 4) {
        throw unsupported("a JPEG with " + components + " components");
      }
      StringBuilder ids = new StringBuilder();
      StringBuilder factors = new StringBuilder();
      for (int c = 0; c < components; c++) {
        ids.append((char) bytes.u8(from + 6L + 3L * c));
        factors.append(Integer.toHexString(bytes.u8(from + 7L + 3L * c))).append(' ');
      }
      componentIds = ids.toString();
      samplings = factors.toString();
      info = new ImageInfo(ImageKind.JPEG, height, width, components);
    }

    /** Position of the first marker after the entropy-coded data that starts at {@code from}. */
    private int endOfScan(int from) {
      for (int i = from; i + 1 < encoded.length; i++) {
        if (encoded[i] == (byte) 0xFF) {
          int next = encoded[i + 1] & 0xFF;
          if (next != 0x00 && next != 0xFF && (next < 0xD0 || next > 0xD7)) {
            codedBytes += i - from;
            return i;
          }
        }
      }
      throw new BadImageException(
          Reason.TRUNCATED,
          "JPEG: the image data runs to byte " + encoded.length + " without an end marker");
    }

    private Layout layout() {
      boolean common =
          info.channels() == 1
              || (componentIds.equals("\1\2\3") && COMMON_SAMPLINGS.contains(samplings));
      return common ? Layout.COMMON : Layout.RARE;
    }

    private Color color() {
      return switch (info.channels()) {
        case 1 -> Color.GREY;
        case 3 -> {
          boolean rgb =
              adobeTransform >= 0
                  ? adobeTransform == 0
                  : componentIds.equals("RGB") || componentIds.equals("rgb");
          yield rgb && !jfif ? Color.RGB : Color.YCBCR;
        }
        default ->
            switch (adobeTransform) {
              case -1 -> Color.CMYK;
              case 0 -> Color.CMYK_INVERTED;
              default -> Color.YCCK_INVERTED;
            };
      };
    }

    private static BadImageException unsupported(String what) {
      return new BadImageException(
          Reason.UNSUPPORTED_KIND, "This is " + what + ", which is not read here; convert it");
    }
  }
}
