package org.meanfield.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.meanfield.image.SampleImages.picture;

import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Augmentation depends on the seed alone and moves pixels the way it says. */
class AugmentationTest {
  private static final PixelImage IMAGE = picture(12, 10, 3);

  @Test
  void noneLeavesTheImageAlone() {
    assertThat(Augmentation.none().apply(IMAGE, 5)).isSameAs(IMAGE);
  }

  @Test
  void sameSeedSamePixels() {
    Augmentation all = new Augmentation(4, FlipPolicy.HORIZONTAL, 5);
    Set<PixelImage> seen = new HashSet<>();
    for (long seed = 0; seed < 50; seed++) {
      PixelImage first = all.apply(IMAGE, seed);
      assertThat(all.apply(IMAGE, seed)).isEqualTo(first);
      seen.add(first);
    }
    assertThat(seen).hasSizeGreaterThan(40);
  }

  @Test
  void halfOfTheImagesAreMirrored() {
    Augmentation flip = new Augmentation(0, FlipPolicy.HORIZONTAL, 0);
    int mirrored = 0;
    for (long seed = 0; seed < 1000; seed++) {
      PixelImage changed = flip.apply(IMAGE, seed);
      boolean same = changed.equals(IMAGE);
      mirrored += same ? 0 : 1;
      assertThat(changed.value(3, 2, 1)).isEqualTo(IMAGE.value(3, same ? 2 : 7, 1));
    }
    assertThat(mirrored).isBetween(440, 560);
  }

  @Test
  void everyShiftOccursAndTheBorderIsMirrored() {
    byte[] ramp = {0, 10, 20, 30, 40, 50, 60, 70};
    PixelImage image = new PixelImage(1, 8, 1, ramp);
    Augmentation crop = new Augmentation(2, FlipPolicy.NONE, 0);
    Set<Integer> firsts = new HashSet<>();
    for (long seed = 0; seed < 200; seed++) {
      PixelImage moved = crop.apply(image, seed);
      int first = moved.value(0, 0, 0);
      boolean left = moved.value(0, 1, 0) < first;
      firsts.add(left ? -first : first);
    }
    assertThat(firsts).containsExactlyInAnyOrder(-20, -10, 0, 10, 20);
    Augmentation far = new Augmentation(30, FlipPolicy.NONE, 0);
    for (long seed = 0; seed < 100; seed++) {
      assertThat(far.apply(image, seed).value(0, 3, 0) % 10).isZero();
    }
  }

  @Test
  void cutoutCoversASquareWithTheMean() {
    byte[] pixels = new byte[20 * 20];
    Arrays.fill(pixels, 0, 200, (byte) 100);
    PixelImage image = new PixelImage(20, 20, 1, pixels);
    Augmentation cutout = new Augmentation(0, FlipPolicy.NONE, 6);
    int largest = 0;
    for (long seed = 0; seed < 100; seed++) {
      PixelImage changed = cutout.apply(image, seed);
      int covered = 0;
      for (int i = 0; i < 400; i++) {
        covered += changed.value(i / 20, i % 20, 0) == 50 ? 1 : 0;
      }
      assertThat(covered).isBetween(9, 36);
      largest = Math.max(largest, covered);
    }
    assertThat(largest).isEqualTo(36);
  }

  @Test
  void oneChangeLeavesTheDrawsOfTheOthers() {
    PixelImage moved = new Augmentation(3, FlipPolicy.NONE, 0).apply(IMAGE, 11);
    PixelImage both = new Augmentation(3, FlipPolicy.NONE, 1).apply(IMAGE, 11);
    int different = 0;
    for (int i = 0; i < 120; i++) {
      different += moved.value(i / 10, i % 10, 0) == both.value(i / 10, i % 10, 0) ? 0 : 1;
    }
    assertThat(different).isLessThanOrEqualTo(1);
  }
}
