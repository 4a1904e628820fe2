package org.meanfield.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.meanfield.image.SampleImages.buffered;
import static org.meanfield.image.SampleImages.picture;
import static org.meanfield.image.SampleImages.written;

import java.awt.image.BufferedImage;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import javax.imageio.ImageWriteParam;
import org.bytedeco.javacpp.Pointer;
import org.junit.jupiter.api.Test;
import org.meanfield.data.ImageSpec;
import org.meanfield.data.Normalization;
import org.meanfield.data.ResizePolicy;

/** The fast decoders see what the strict one sees. */
class FastJpegTest {
  @Test
  void theNativeDecoderGivesTheStrictOnesPixels() {
    assertThat(NativeJpeg.isAvailable()).isTrue();
    for (byte[] jpeg : jpegs()) {
      JpegStructure structure = JpegStructure.walk(jpeg);
      assertThat(NativeJpeg.reads(structure)).isTrue();
      for (int channels : new int[] {1, 3}) {
        assertThat(ImageDecoder.decodeVerified(jpeg, channels))
            .as(structure.info().toString())
            .isEqualTo(ImageDecoder.decode(jpeg, channels));
      }
    }
  }

  @Test
  void partsOfLargeImagesAreCutFromSmallerPictures() {
    PixelImage picture = picture(600, 803, 3);
    byte[] jpeg = written(buffered(picture, BufferedImage.TYPE_3BYTE_BGR), "jpg");
    PixelImage full = ImageDecoder.decode(jpeg, 3);
    ImageSpec spec = new ImageSpec(30, 24, 3, ResizePolicy.STRETCH, Normalization.unitRange(3));
    for (int seed = 0; seed < 40; seed++) {
      PixelImage part = ImagePreparation.partOfVerified(jpeg, spec, seed);
      PixelImage whole = ResizedCrop.apply(full, 30, 24, seed);
      assertThat(distance(whole, part, 1)).as("seed " + seed).isLessThan(3);
    }
  }

  @Test
  void otherColorsAndOtherKindsAreReadAsBefore() {
    for (byte[] image :
        List.of(
            InkJpegs.flat(-1, 255, 0, 0, 0),
            SampleImages.png(13, 9),
            SampleImages.bmp(13, 9),
            SampleImages.gif(13, 9))) {
      assertThat(ImageDecoder.decodeVerified(image, 3)).isEqualTo(ImageDecoder.decode(image, 3));
    }
  }

  @Test
  void reducedPicturesAreTheMeansOfTheirPixels() {
    for (byte[] jpeg : jpegs()) {
      JpegStructure structure = JpegStructure.walk(jpeg);
      for (int channels : new int[] {1, 3}) {
        PixelImage full = ImageDecoder.withChannels(ImageDecoder.decode(jpeg, channels), channels);
        for (int size : new int[] {1, 2, 4}) {
          PixelImage reduced = ReducedJpegDecoder.decode(structure, channels, size);
          if (reduced != null && full.height() > 30 && full.width() > 30) {
            PixelImage same = ImageDecoder.withChannels(reduced, channels);
            assertThat(same.height()).isEqualTo((full.height() * size + 7) / 8);
            assertThat(distance(full, same, 8 / size)).as(structure + " " + size).isLessThan(6);
          }
        }
      }
    }
  }

  @Test
  void plainFilesAreReducedAndOthersAreNot() {
    JpegStructure plain = JpegStructure.walk(SampleImages.jpeg(64, 64));
    assertThat(ReducedJpegDecoder.decode(plain, 3, 2)).isNotNull();
    JpegStructure progressive = JpegStructure.walk(progressive(64, 64));
    assertThat(ReducedJpegDecoder.decode(progressive, 3, 2)).isNull();
  }

  @Test
  void damageInTheCodedDataIsNeverReduced() {
    byte[] whole = written(buffered(noise(200, 160), BufferedImage.TYPE_INT_RGB), "jpg");
    Random random = new Random(5);
    int refused = 0;
    for (int i = 0; i < 300; i++) {
      byte[] damaged = whole.clone();
      int at = 700 + random.nextInt(damaged.length - 710);
      for (int b = 0; b < 4; b++) {
        damaged[at + b] = (byte) random.nextInt(255);
      }
      String why = refusal(damaged);
      if (!why.isEmpty()) {
        refused++;
        assertThat(ReducedJpegDecoder.decode(JpegStructure.walk(damaged), 3, 1)).as(why).isNull();
      }
    }
    assertThat(refused).isGreaterThan(30);
  }

  @Test
  void decodingLeavesNoNativeMemoryBehind() {
    byte[] jpeg = SampleImages.jpeg(300, 300);
    decodeOften(jpeg, 200);
    long before = Pointer.physicalBytes();
    decodeOften(jpeg, 2000); // half a gigabyte of pixels
    assertThat(Pointer.physicalBytes() - before).isLessThan(200 << 20);
  }

  private static void decodeOften(byte[] jpeg, int times) {
    JpegStructure structure = JpegStructure.walk(jpeg);
    for (int i = 0; i < times; i++) {
      assertThat(NativeJpeg.decode(structure, 3).width()).isEqualTo(300);
    }
  }

  /** Why the strict decoder refuses it; empty where it does not, or where no decoder is asked. */
  private static String refusal(byte[] jpeg) {
    try {
      ImageDecoder.decode(jpeg, 3);
      return "";
    } catch (BadImageException e) {
      return isNoStructure(jpeg) ? "" : e.getMessage();
    }
  }

  private static boolean isNoStructure(byte[] jpeg) {
    try {
      JpegStructure.walk(jpeg);
      return false;
    } catch (BadImageException e) {
      return true;
    }
  }

  private static List<byte[]> jpegs() {
    List<byte[]> jpegs = new ArrayList<>();
    for (int[] size : new int[][] {{1, 1}, {3, 5}, {8, 8}, {17, 16}, {32, 32}, {41, 53}, {99, 2}}) {
      jpegs.add(SampleImages.jpeg(size[0], size[1]));
      jpegs.add(progressive(size[0], size[1]));
      PixelImage grey = picture(size[0], size[1], 1);
      jpegs.add(written(buffered(grey, BufferedImage.TYPE_BYTE_GRAY), "jpg"));
    }
    jpegs.add(written(buffered(noise(61, 75), BufferedImage.TYPE_INT_RGB), "jpg"));
    return jpegs;
  }

  private static byte[] progressive(int height, int width) {
    return written(
        buffered(picture(height, width, 3), BufferedImage.TYPE_INT_RGB),
        "jpg",
        param -> param.setProgressiveMode(ImageWriteParam.MODE_DEFAULT));
  }

  private static PixelImage noise(int height, int width) {
    byte[] pixels = new byte[height * width * 3];
    picture(height, width, 3).copyTo(pixels, 0);
    Random random = new Random(3);
    for (int i = 0; i < pixels.length; i++) {
      int value = (pixels[i] & 0xFF) + random.nextInt(31) - 15;
      pixels[i] = (byte) Math.max(0, Math.min(255, value));
    }
    return new PixelImage(height, width, 3, pixels);
  }

  /** Mean distance to the mean of each square of pixels, inside the picture. */
  private static double distance(PixelImage full, PixelImage reduced, int side) {
    double[] sum = new double[2];
    for (int row = 0; (row + 1) * side <= full.height(); row++) {
      for (int column = 0; (column + 1) * side <= full.width(); column++) {
        for (int channel = 0; channel < full.channels(); channel++) {
          int total = 0;
          for (int i = 0; i < side * side; i++) {
            total += full.value(row * side + i / side, column * side + i % side, channel);
          }
          sum[0] += Math.abs(total / (double) (side * side) - reduced.value(row, column, channel));
          sum[1]++;
        }
      }
    }
    return sum[1] == 0 ? 0 : sum[0] / sum[1];
  }
}
