package org.meanfield.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.zip.CRC32;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Test;
import org.meanfield.image.BadImageException.Reason;

/** Broken files, made from whole ones, are refused for the right reason, and nothing worse. */
class BrokenImageTest {
  private static final long LIMIT = 1_000_000;

  private static Map<ImageKind, byte[]> wholeImages() {
    Map<ImageKind, byte[]> images = new LinkedHashMap<>();
    images.put(ImageKind.JPEG, SampleImages.jpeg(30, 20));
    images.put(ImageKind.PNG, SampleImages.png(30, 20));
    images.put(ImageKind.GIF, SampleImages.gif(30, 20));
    images.put(ImageKind.BMP, SampleImages.bmp(30, 20));
    return images;
  }

  @Test
  void wholeImagesAreAccepted() {
    wholeImages()
        .forEach(
            (kind, bytes) -> {
              ImageInfo info = new ImageInfo(kind, 30, 20, 3);
              assertThat(ImageInspector.inspect(bytes, LIMIT)).isEqualTo(info);
              byte[] trailed = Arrays.copyOf(bytes, bytes.length + 100);
              assertThat(ImageInspector.inspect(trailed, LIMIT)).isEqualTo(info);
              assertThat(ImageDecoder.decode(trailed, 3)).isEqualTo(ImageDecoder.decode(bytes, 3));
            });
  }

  @Test
  void everyCutIsFound() {
    wholeImages()
        .forEach(
            (kind, bytes) -> {
              for (int length = 18; length < bytes.length; length += 10) {
                byte[] cut = Arrays.copyOf(bytes, length);
                assertReason(cut, kind == ImageKind.PNG ? null : Reason.TRUNCATED, LIMIT);
              }
              assertThat(reasonOf(Arrays.copyOf(bytes, bytes.length - 1))).isEqualTo("truncated");
            });
  }

  @Test
  void whatIsNoImageIsNamed() {
    assertReason(new byte[0], Reason.EMPTY, LIMIT);
    assertReason(new byte[500], Reason.NOT_AN_IMAGE, LIMIT);
    assertReason(text("<html><body>404 not found</body></html>"), Reason.NOT_AN_IMAGE, LIMIT);
    assertReason(text("BMW 320d, a car in words, not in pixels"), Reason.NOT_AN_IMAGE, LIMIT);
    assertReason(text("RIFF....WEBPVP8 "), Reason.UNSUPPORTED_KIND, LIMIT);
    assertReason(new byte[] {'I', 'I', 42, 0, 8, 0, 0, 0}, Reason.UNSUPPORTED_KIND, LIMIT);
  }

  @Test
  void lyingHeadersAreRefusedBeforeAnythingIsAllocated() {
    Map<ImageKind, byte[]> images = wholeImages();
    byte[] png = images.get(ImageKind.PNG);
    ByteBuffer.wrap(png).putInt(16, 60_000).putInt(20, 60_000);
    assertReason(png, Reason.CHECKSUM, LIMIT);
    fixHeaderChecksum(png);
    assertReason(png, Reason.TOO_LARGE, LIMIT);
    assertReason(png, Reason.TRUNCATED, Long.MAX_VALUE);

    byte[] jpeg = images.get(ImageKind.JPEG);
    int frame = indexOf(jpeg, 0xFF, 0xC0);
    ByteBuffer.wrap(jpeg).putShort(frame + 5, (short) 60_000).putShort(frame + 7, (short) 60_000);
    assertReason(jpeg, Reason.TOO_LARGE, LIMIT);
    assertReason(jpeg, Reason.TRUNCATED, Long.MAX_VALUE);

    byte[] bmp = images.get(ImageKind.BMP);
    bmp[24] = 0x40; // height 30 becomes four million
    assertReason(bmp, Reason.TOO_LARGE, LIMIT);
    assertReason(bmp, Reason.TRUNCATED, Long.MAX_VALUE);

    byte[] gif = images.get(ImageKind.GIF);
    gif[7] = (byte) 0xFF;
    gif[9] = (byte) 0xFF;
    assertReason(gif, Reason.TOO_LARGE, LIMIT);
  }

  @Test
  void headersThatLieWithinTheLimitAreFoundWhenDecoding() {
    byte[] jpeg = SampleImages.jpeg(30, 20);
    int frame = indexOf(jpeg, 0xFF, 0xC0);
    ByteBuffer.wrap(jpeg).putShort(frame + 5, (short) 90);
    assertThatThrownBy(() -> ImageDecoder.decode(jpeg, 3)).isInstanceOf(BadImageException.class);
    byte[] png = SampleImages.png(30, 20);
    ByteBuffer.wrap(png).putInt(20, 90);
    fixHeaderChecksum(png);
    assertThatThrownBy(() -> ImageDecoder.decode(png, 3)).isInstanceOf(BadImageException.class);
  }

  @Test
  void aJpegCutInTheMiddleAndClosedAgainIsNotGuessed() {
    byte[] jpeg = SampleImages.jpeg(64, 64);
    byte[] closed = Arrays.copyOf(jpeg, jpeg.length * 2 / 3);
    closed[closed.length - 2] = (byte) 0xFF;
    closed[closed.length - 1] = (byte) 0xD9;
    assertThatThrownBy(() -> ImageDecoder.decode(closed, 3))
        .isInstanceOfSatisfying(
            BadImageException.class, e -> assertThat(e.reason()).isNotEqualTo(Reason.EMPTY));
  }

  @Test
  void everyFlippedBitOfAPngIsFound() {
    byte[] png = SampleImages.png(30, 20);
    Random random = new Random(5);
    for (int i = 0; i < 300; i++) {
      byte[] flipped = png.clone();
      flipped[random.nextInt(png.length)] ^= (byte) (1 << random.nextInt(8));
      assertThatThrownBy(() -> ImageDecoder.decode(flipped, 3))
          .isInstanceOf(BadImageException.class);
    }
  }

  @Test
  void mutationsNeverDoWorseThanBadImage() {
    List<byte[]> images = List.copyOf(wholeImages().values());
    byte[] palettePng =
        SampleImages.written(
            SampleImages.buffered(
                SampleImages.picture(9, 9, 3), java.awt.image.BufferedImage.TYPE_BYTE_INDEXED),
            "png");
    Random random = new Random(7);
    int refused = 0;
    for (int i = 0; i < 2500; i++) {
      byte[] base = i % 5 == 4 ? palettePng : images.get(i % 5);
      byte[] mutated = mutate(base, random);
      if (i % 2 == 0) {
        fixChecksums(mutated);
      }
      refused += Assertions.assertTimeout(Duration.ofSeconds(30), () -> isRefused(mutated)) ? 1 : 0;
    }
    assertThat(refused).isBetween(800, 2500);
  }

  private static boolean isRefused(byte[] bytes) {
    try {
      ImageDecoder.decode(bytes, 3, LIMIT);
      return false;
    } catch (BadImageException e) {
      assertThat(e).hasMessageMatching("(?s).{10,}");
      return true;
    }
  }

  private static byte[] mutate(byte[] base, Random random) {
    byte[] bytes = base.clone();
    switch (random.nextInt(4)) {
      case 0 -> {
        for (int i = 0; i < 1 + random.nextInt(8); i++) {
          bytes[random.nextInt(bytes.length)] = (byte) random.nextInt(256);
        }
      }
      case 1 -> bytes[random.nextInt(Math.min(64, bytes.length))] = (byte) random.nextInt(256);
      case 2 -> {
        int from = random.nextInt(bytes.length);
        Arrays.fill(bytes, from, Math.min(bytes.length, from + random.nextInt(64)), (byte) 0xFF);
      }
      default -> {
        int from = random.nextInt(bytes.length);
        int to = random.nextInt(bytes.length);
        System.arraycopy(
            base, from, bytes, to, Math.min(random.nextInt(99), base.length - Math.max(from, to)));
      }
    }
    return bytes;
  }

  /** Lets mutations of PNGs get past the checksums. */
  private static void fixChecksums(byte[] bytes) {
    if (bytes.length < 33 || bytes[1] != 'P') {
      return;
    }
    ByteBuffer buffer = ByteBuffer.wrap(bytes);
    int at = 8;
    while (at + 12 <= bytes.length) {
      int length = buffer.getInt(at);
      if (length < 0 || length > bytes.length - at - 12) {
        return;
      }
      CRC32 crc = new CRC32();
      crc.update(bytes, at + 4, length + 4);
      buffer.putInt(at + 8 + length, (int) crc.getValue());
      at += 12 + length;
    }
  }

  private static void fixHeaderChecksum(byte[] png) {
    CRC32 crc = new CRC32();
    crc.update(png, 12, 17);
    ByteBuffer.wrap(png).putInt(29, (int) crc.getValue());
  }

  private static String reasonOf(byte[] bytes) {
    try {
      ImageInspector.inspect(bytes, LIMIT);
      return "none";
    } catch (BadImageException e) {
      return e.reason().id();
    }
  }

  private static void assertReason(byte[] bytes, Reason reason, long limit) {
    assertThatThrownBy(() -> ImageInspector.inspect(bytes, limit))
        .isInstanceOfSatisfying(
            BadImageException.class,
            e -> {
              if (reason != null) {
                assertThat(e.reason()).as(e.getMessage()).isEqualTo(reason);
              }
            });
    assertThatThrownBy(() -> ImageDecoder.decode(bytes, 3, limit))
        .isInstanceOf(BadImageException.class);
  }

  private static byte[] text(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static int indexOf(byte[] bytes, int first, int second) {
    for (int i = 0; i + 1 < bytes.length; i++) {
      if ((bytes[i] & 0xFF) == first && (bytes[i + 1] & 0xFF) == second) {
        return i;
      }
    }
    throw new IllegalArgumentException("No such marker");
  }
}
