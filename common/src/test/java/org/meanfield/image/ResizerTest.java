package org.meanfield.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.meanfield.image.SampleImages.picture;

import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.meanfield.data.ImageSpec;
import org.meanfield.data.Normalization;
import org.meanfield.data.ResizePolicy;

/** Sizes, geometry and exact values of resizing. */
class ResizerTest {

  @Test
  void theRightSizeIsTheSameObject() {
    PixelImage image = picture(10, 12, 3);
    for (ResizePolicy policy : ResizePolicy.values()) {
      assertThat(Resizer.fit(image, spec(10, 12, 3, policy))).isSameAs(image);
    }
  }

  @Test
  void everyPolicyGivesTheSpecsSize() {
    int[][] sizes = {{1, 1}, {7, 3}, {3, 50}, {28, 28}, {100, 31}, {1, 200}};
    for (int[] size : sizes) {
      for (ResizePolicy policy : ResizePolicy.values()) {
        for (int channels : new int[] {1, 3}) {
          PixelImage fitted =
              Resizer.fit(picture(size[0], size[1], channels), spec(13, 29, channels, policy));
          assertThat(fitted.height()).isEqualTo(13);
          assertThat(fitted.width()).isEqualTo(29);
          assertThat(fitted.channels()).isEqualTo(channels);
        }
      }
    }
  }

  @Test
  void aFlatImageStaysFlat() {
    byte[] pixels = new byte[50 * 70];
    Arrays.fill(pixels, (byte) 200);
    PixelImage fitted =
        Resizer.fit(new PixelImage(50, 70, 1, pixels), spec(9, 31, 1, ResizePolicy.STRETCH));
    for (int column = 0; column < 31; column++) {
      assertThat(fitted.value(4, column, 0)).isEqualTo(200);
    }
  }

  @Test
  void growingInterpolatesAndShrinkingAverages() {
    PixelImage two = new PixelImage(1, 2, 1, new byte[] {0, 100});
    assertThat(row(Resizer.scale(two, 1, 4))).containsExactly(0, 25, 75, 100);
    PixelImage eight = new PixelImage(1, 8, 1, new byte[] {0, 0, 0, 0, 0, 0, 80, 80});
    // Triangle of half width 4 around 6, cut at the border: weights 1, 3, 5, 7, 7, 5 of 28.
    assertThat(row(Resizer.scale(eight, 1, 2))).containsExactly(0, 34);
    PixelImage checker = checkerboard(64);
    PixelImage small = Resizer.scale(checker, 16, 16);
    assertThat(small.value(8, 8, 0)).as("no aliasing").isBetween(126, 129);
  }

  @Test
  void paddingIsBlackAndCentredAndCroppingCutsTheSides() {
    byte[] white = new byte[4 * 8];
    Arrays.fill(white, (byte) 255);
    PixelImage image = new PixelImage(4, 8, 1, white);
    PixelImage padded = Resizer.fit(image, spec(8, 8, 1, ResizePolicy.PAD));
    assertThat(padded.value(1, 4, 0)).isZero();
    assertThat(padded.value(2, 0, 0)).isEqualTo(255);
    assertThat(padded.value(5, 7, 0)).isEqualTo(255);
    assertThat(padded.value(6, 4, 0)).isZero();
    byte[] stripes = {9, 9, 50, 50, 50, 50, 7, 7};
    PixelImage cropped =
        Resizer.fit(new PixelImage(1, 8, 1, stripes), spec(1, 4, 1, ResizePolicy.CROP));
    assertThat(row(cropped)).containsExactly(50, 50, 50, 50);
  }

  private static PixelImage checkerboard(int size) {
    byte[] pixels = new byte[size * size];
    for (int i = 0; i < pixels.length; i++) {
      pixels[i] = (byte) ((i / size + i % size) % 2 == 0 ? 255 : 0);
    }
    return new PixelImage(size, size, 1, pixels);
  }

  private static int[] row(PixelImage image) {
    int[] values = new int[image.width()];
    for (int column = 0; column < values.length; column++) {
      values[column] = image.value(0, column, 0);
    }
    return values;
  }

  private static ImageSpec spec(int height, int width, int channels, ResizePolicy policy) {
    return new ImageSpec(height, width, channels, policy, Normalization.unitRange(channels));
  }
}
