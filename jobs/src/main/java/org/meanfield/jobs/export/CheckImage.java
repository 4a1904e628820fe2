package org.meanfield.jobs.export;

import java.util.List;
import org.meanfield.image.PixelImage;

/**
 * One real image, prepared as the network takes it.
 *
 * @param label its true class
 * @param pixels at the network's size
 */
record CheckImage(int label, PixelImage pixels) {
  static List<PixelImage> pixels(List<CheckImage> images) {
    return images.stream().map(CheckImage::pixels).toList();
  }

  static List<Integer> labels(List<CheckImage> images) {
    return images.stream().map(CheckImage::label).toList();
  }
}
