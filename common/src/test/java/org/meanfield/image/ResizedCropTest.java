package org.meanfield.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.meanfield.image.SampleImages.picture;

import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Random parts are parts, of the right size, and the seed alone decides which. */
class ResizedCropTest {
  @Test
  void theSameSeedGivesTheSamePartAndOthersOtherParts() {
    PixelImage image = picture(75, 100, 3);
    Set<PixelImage> parts = new HashSet<>();
    for (int seed = 0; seed < 50; seed++) {
      PixelImage part = ResizedCrop.apply(image, 24, 20, seed);
      assertThat(part.height()).isEqualTo(24);
      assertThat(part.width()).isEqualTo(20);
      assertThat(ResizedCrop.apply(image, 24, 20, seed)).isEqualTo(part);
      parts.add(part);
    }
    assertThat(parts).hasSizeGreaterThan(45);
  }

  @Test
  void imagesThatNoDrawFitsAreCutInTheMiddle() {
    PixelImage strip = picture(2, 90, 1);
    for (int seed = 0; seed < 20; seed++) {
      PixelImage part = ResizedCrop.apply(strip, 8, 8, seed);
      assertThat(part.height()).isEqualTo(8);
      assertThat(part.value(3, 0, 0)).isNotNegative();
    }
    assertThat(ResizedCrop.apply(picture(1, 1, 3), 4, 4, 1).width()).isEqualTo(4);
  }
}
