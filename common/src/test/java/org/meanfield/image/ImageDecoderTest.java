package org.meanfield.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.meanfield.image.SampleImages.buffered;
import static org.meanfield.image.SampleImages.picture;
import static org.meanfield.image.SampleImages.written;

import java.awt.image.BufferedImage;
import java.awt.image.IndexColorModel;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import javax.imageio.ImageIO;
import javax.imageio.ImageWriteParam;
import org.junit.jupiter.api.Test;

/** Every colour model comes out as the picture that was written, and as the JDK sees it. */
class ImageDecoderTest {
  private static final PixelImage COLOR = picture(23, 37, 3);
  private static final PixelImage GREY = picture(23, 37, 1);

  @Test
  void losslessKindsGiveThePixelsThatWereWritten() {
    byte[] png = written(buffered(COLOR, BufferedImage.TYPE_INT_RGB), "png");
    byte[] bmp = written(buffered(COLOR, BufferedImage.TYPE_3BYTE_BGR), "bmp");
    byte[] opaque = written(buffered(COLOR, BufferedImage.TYPE_INT_ARGB), "png");
    for (byte[] encoded : List.of(png, bmp, opaque)) {
      assertThat(ImageDecoder.decode(encoded, 3)).isEqualTo(COLOR);
    }
    byte[] grey = written(buffered(GREY, BufferedImage.TYPE_BYTE_GRAY), "png");
    byte[] deep = written(buffered(GREY, BufferedImage.TYPE_USHORT_GRAY), "png");
    assertThat(ImageInspector.inspect(deep, 10_000).channels()).isEqualTo(1);
    for (byte[] encoded : List.of(grey, deep)) {
      assertThat(ImageDecoder.decode(encoded, 1)).isEqualTo(GREY);
      assertThat(ImageDecoder.decode(encoded, 3).value(5, 6, 2)).isEqualTo(GREY.value(5, 6, 0));
    }
  }

  @Test
  void everyOtherColorModelLooksAsTheJdkShowsIt() {
    for (int type :
        new int[] {
          BufferedImage.TYPE_BYTE_INDEXED,
          BufferedImage.TYPE_BYTE_BINARY,
          BufferedImage.TYPE_USHORT_565_RGB,
          BufferedImage.TYPE_USHORT_555_RGB,
          BufferedImage.TYPE_3BYTE_BGR
        }) {
      for (String format : new String[] {"png", "bmp", "gif"}) {
        byte[] encoded = written(buffered(COLOR, type), format);
        assertSame(ImageDecoder.decode(encoded, 3), jdk(encoded), 0, format + " of type " + type);
      }
    }
  }

  @Test
  void interlacedAndRunLengthFilesGiveTheSamePixels() {
    for (int type : new int[] {BufferedImage.TYPE_BYTE_INDEXED, BufferedImage.TYPE_INT_RGB}) {
      for (String format : new String[] {"png", "gif"}) {
        byte[] encoded =
            written(
                buffered(COLOR, type),
                format,
                param -> param.setProgressiveMode(ImageWriteParam.MODE_DEFAULT));
        assertSame(ImageDecoder.decode(encoded, 3), jdk(encoded), 0, "interlaced " + format);
      }
    }
    byte[] runs =
        written(
            buffered(COLOR, BufferedImage.TYPE_BYTE_INDEXED),
            "bmp",
            param -> {
              param.setCompressionMode(ImageWriteParam.MODE_EXPLICIT);
              param.setCompressionType("BI_RLE8");
            });
    assertSame(ImageDecoder.decode(runs, 3), jdk(runs), 0, "run-length BMP");
  }

  @Test
  void jpegColorsAreThoseOfTheJdk() {
    byte[] color = SampleImages.jpeg(41, 53);
    assertSame(ImageDecoder.decode(color, 3), jdk(color), 0, "baseline");
    byte[] progressive =
        written(
            buffered(COLOR, BufferedImage.TYPE_INT_RGB),
            "jpg",
            param -> param.setProgressiveMode(ImageWriteParam.MODE_DEFAULT));
    assertSame(ImageDecoder.decode(progressive, 3), jdk(progressive), 0, "progressive");
    byte[] grey = written(buffered(GREY, BufferedImage.TYPE_BYTE_GRAY), "jpg");
    assertThat(ImageInspector.inspect(grey, 10_000))
        .isEqualTo(new ImageInfo(ImageKind.JPEG, 23, 37, 1));
    PixelImage decoded = ImageDecoder.decode(grey, 1);
    for (int row = 0; row < 23; row++) {
      assertThat(decoded.value(row, 7, 0)).isCloseTo(GREY.value(row, 7, 0), within(12));
    }
  }

  @Test
  void jpegGreyIsTheLumaOfItsColor() {
    byte[] color = SampleImages.jpeg(41, 53);
    PixelImage rgb = ImageDecoder.decode(color, 3);
    PixelImage grey = ImageDecoder.decode(color, 1);
    for (int row = 0; row < 41; row++) {
      for (int column = 0; column < 53; column++) {
        int luma =
            Samples.luma(
                rgb.value(row, column, 0), rgb.value(row, column, 1), rgb.value(row, column, 2));
        assertThat(grey.value(row, column, 0)).isCloseTo(luma, within(30));
      }
    }
    PixelImage flat = ImageDecoder.decode(written(flat(0xFF8040C0), "jpg"), 1);
    assertThat(flat.value(3, 3, 0)).isCloseTo(Samples.luma(0x80, 0x40, 0xC0), within(2));
  }

  @Test
  void transparencyIsLaidOverWhite() {
    BufferedImage image = new BufferedImage(3, 1, BufferedImage.TYPE_INT_ARGB);
    image.setRGB(0, 0, 0x00000000);
    image.setRGB(1, 0, 0x80000000);
    image.setRGB(2, 0, 0xFF102030);
    PixelImage decoded = ImageDecoder.decode(written(image, "png"), 3);
    assertThat(decoded.value(0, 0, 0)).isEqualTo(255);
    assertThat(decoded.value(0, 1, 1)).isEqualTo(127);
    assertThat(decoded.value(0, 2, 2)).isEqualTo(0x30);
  }

  @Test
  void transparentPaletteEntriesAreWhite() {
    byte[] levels = {10, 20, 30, 40};
    IndexColorModel palette = new IndexColorModel(2, 4, levels, levels, levels, 2);
    BufferedImage image = new BufferedImage(4, 1, BufferedImage.TYPE_BYTE_BINARY, palette);
    for (int column = 0; column < 4; column++) {
      image.getRaster().setSample(column, 0, 0, column);
    }
    for (String format : new String[] {"png", "gif"}) {
      PixelImage decoded = ImageDecoder.decode(written(image, format), 3);
      assertThat(decoded.value(0, 1, 0)).as(format).isEqualTo(20);
      assertThat(decoded.value(0, 2, 0)).as(format).isEqualTo(255);
      assertThat(decoded.value(0, 3, 0)).as(format).isEqualTo(40);
    }
  }

  @Test
  void inkBecomesLight() {
    byte[] cmyk = InkJpegs.flat(-1, 255, 0, 0, 0);
    assertColor(ImageDecoder.decode(cmyk, 3), 0, 255, 255);
    assertColor(ImageDecoder.decode(InkJpegs.flat(-1, 0, 0, 0, 255), 3), 0, 0, 0);
    assertColor(ImageDecoder.decode(InkJpegs.flat(0, 0, 255, 255, 255), 3), 0, 255, 255);
    assertColor(ImageDecoder.decode(InkJpegs.flat(0, 255, 255, 255, 128), 3), 128, 128, 128);
    // YCCK: Y 0 without chroma is inverted ink 255 in all three: none.
    assertColor(ImageDecoder.decode(InkJpegs.flat(2, 0, 128, 128, 255), 3), 255, 255, 255);
    assertThat(ImageInspector.inspect(cmyk, 10_000).channels()).isEqualTo(4);
  }

  @Test
  void pngEncoderRoundTripsAndIsReadByTheJdk() throws IOException {
    for (PixelImage image : List.of(COLOR, GREY, picture(300, 260, 3), picture(1, 1, 1))) {
      byte[] encoded = PngEncoder.encode(image);
      assertThat(ImageDecoder.decode(encoded, image.channels())).isEqualTo(image);
      assertThat(ImageDecoder.decode(PngEncoder.encodeCompressed(image), image.channels()))
          .isEqualTo(image);
      BufferedImage read = ImageIO.read(new ByteArrayInputStream(encoded));
      assertThat(read.getRaster().getSample(0, 0, 0)).isEqualTo(image.value(0, 0, 0));
    }
  }

  private static BufferedImage flat(int argb) {
    BufferedImage image = new BufferedImage(8, 8, BufferedImage.TYPE_INT_RGB);
    for (int i = 0; i < 64; i++) {
      image.setRGB(i % 8, i / 8, argb);
    }
    return image;
  }

  private static void assertColor(PixelImage image, int... color) {
    for (int channel = 0; channel < 3; channel++) {
      assertThat(image.value(3, 3, channel)).isCloseTo(color[channel], within(2));
    }
  }

  private static void assertSame(PixelImage image, BufferedImage jdk, int tolerance, String what) {
    assertThat(image.height()).as(what).isEqualTo(jdk.getHeight());
    for (int row = 0; row < image.height(); row++) {
      for (int column = 0; column < image.width(); column++) {
        int rgb = jdk.getRGB(column, row);
        for (int channel = 0; channel < 3; channel++) {
          assertThat(image.value(row, column, channel))
              .as("%s at %d,%d,%d", what, row, column, channel)
              .isCloseTo(rgb >> (16 - 8 * channel) & 0xFF, within(tolerance));
        }
      }
    }
  }

  private static BufferedImage jdk(byte[] encoded) {
    try {
      return ImageIO.read(new ByteArrayInputStream(encoded));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
