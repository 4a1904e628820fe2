package org.meanfield.export;

import java.util.List;
import org.meanfield.data.ClassIndex;
import org.meanfield.data.ImageSpec;
import org.meanfield.engine.Scorer;
import org.meanfield.image.PixelImage;

/** A program of others that computes an exported file, asked as our own scorers are. */
abstract class ForeignProgram implements Scorer {
  private final ImageSpec spec;
  private final ClassIndex classes;

  ForeignProgram(ImageSpec spec, ClassIndex classes) {
    this.spec = spec;
    this.classes = classes;
  }

  @Override
  public ImageSpec imageSpec() {
    return spec;
  }

  @Override
  public ClassIndex classes() {
    return classes;
  }

  /** Pixels as unsigned bytes {@code [N, H, W, C]}. */
  static byte[] byteRows(ImageSpec spec, List<PixelImage> images) {
    byte[] pixels = new byte[images.size() * spec.values()];
    for (int i = 0; i < images.size(); i++) {
      images.get(i).copyTo(pixels, i * spec.values());
    }
    return pixels;
  }
}
