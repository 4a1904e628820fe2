package org.meanfield.image;

import java.util.Arrays;
import org.meanfield.data.ImageSpec;

/**
 * Brings images to a spec's size: bilinear when growing, area-weighted (a triangle over all covered
 * pixels) when shrinking, so that nothing is skipped and nothing aliases. Weights are 22-bit fixed
 * point, so that the result is the same bits everywhere.
 */
public final class Resizer {
  private static final int FRACTION_BITS = 22;
  private static final int HALF = 1 << (FRACTION_BITS - 1);

  private Resizer() {}

  /**
   * The image at the spec's size, by its resize policy; the very same object where the size is
   * right already. Channels stay as they are.
   */
  public static PixelImage fit(PixelImage image, ImageSpec spec) {
    if (image.height() == spec.height() && image.width() == spec.width()) {
      return image;
    }
    double rowScale = (double) spec.height() / image.height();
    double columnScale = (double) spec.width() / image.width();
    return switch (spec.resize()) {
      case STRETCH -> scale(image, spec.height(), spec.width());
      case PAD -> centred(scaled(image, Math.min(rowScale, columnScale)), spec);
      case CROP -> centred(scaled(image, Math.max(rowScale, columnScale)), spec);
    };
  }

  private static PixelImage scaled(PixelImage image, double scale) {
    int height = (int) Math.max(1, Math.round(image.height() * scale));
    int width = (int) Math.max(1, Math.round(image.width() * scale));
    return scale(image, height, width);
  }

  /** Cuts and pads with black around the centre. */
  private static PixelImage centred(PixelImage image, ImageSpec spec) {
    int channels = image.channels();
    byte[] target = new byte[spec.height() * spec.width() * channels];
    int top = Math.floorDiv(spec.height() - image.height(), 2);
    int left = Math.floorDiv(spec.width() - image.width(), 2);
    int from = Math.max(0, -left);
    int to = Math.max(0, left);
    int columns = Math.min(image.width(), spec.width());
    for (int row = Math.max(0, -top); row < image.height() && row + top < spec.height(); row++) {
      System.arraycopy(
          image.raw(),
          (row * image.width() + from) * channels,
          target,
          ((row + top) * spec.width() + to) * channels,
          columns * channels);
    }
    return new PixelImage(spec.height(), spec.width(), channels, target);
  }

  /** To any size, each side on its own: first along the rows, then along the columns. */
  static PixelImage scale(PixelImage image, int height, int width) {
    int channels = image.channels();
    byte[] pixels = image.raw();
    if (width != image.width()) {
      Weights weights = Weights.of(image.width(), width);
      byte[] wide = new byte[image.height() * width * channels];
      for (int row = 0; row < image.height(); row++) {
        int from = row * image.width() * channels;
        if (channels == 3) {
          weights.alongColors(pixels, from, wide, row * width * 3);
        } else {
          weights.alongGreys(pixels, from, wide, row * width);
        }
      }
      pixels = wide;
    }
    if (height != image.height()) {
      pixels = Weights.of(image.height(), height).acrossRows(pixels, width * channels);
    }
    return new PixelImage(height, width, channels, pixels);
  }

  /** How each output position draws on the input positions along one side. */
  private static final class Weights {
    private final int[] first; // input position of each output position
    private final int[][] factors; // fixed point; those of one output add up to about one

    private Weights(int[] first, int[][] factors) {
      this.first = first;
      this.factors = factors;
    }

    static Weights of(int inputs, int outputs) {
      double scale = (double) inputs / outputs;
      double support = Math.max(scale, 1.0);
      int[] first = new int[outputs];
      int[][] factors = new int[outputs][];
      for (int output = 0; output < outputs; output++) {
        double center = (output + 0.5) * scale;
        int from = Math.max(0, (int) (center - support + 0.5));
        int to = Math.min(inputs, (int) (center + support + 0.5));
        double[] triangle = new double[to - from];
        double sum = 0;
        for (int i = 0; i < triangle.length; i++) {
          triangle[i] = Math.max(0, 1 - Math.abs((from + i + 0.5 - center) / support));
          sum += triangle[i];
        }
        first[output] = from;
        factors[output] = new int[triangle.length];
        for (int i = 0; i < triangle.length; i++) {
          factors[output][i] = (int) (triangle[i] / sum * (1 << FRACTION_BITS) + 0.5);
        }
      }
      return new Weights(first, factors);
    }

    /** One row of grey pixels. */
    void alongGreys(byte[] in, int inAt, byte[] out, int outAt) {
      for (int output = 0; output < first.length; output++) {
        int sum = HALF;
        int from = inAt + first[output];
        for (int factor : factors[output]) {
          sum += (in[from++] & 0xFF) * factor;
        }
        out[outAt + output] = rounded(sum);
      }
    }

    /** One row of coloured pixels. */
    void alongColors(byte[] in, int inAt, byte[] out, int outAt) {
      int to = outAt;
      for (int output = 0; output < first.length; output++) {
        int red = HALF;
        int green = HALF;
        int blue = HALF;
        int from = inAt + 3 * first[output];
        for (int factor : factors[output]) {
          red += (in[from] & 0xFF) * factor;
          green += (in[from + 1] & 0xFF) * factor;
          blue += (in[from + 2] & 0xFF) * factor;
          from += 3;
        }
        out[to] = rounded(red);
        out[to + 1] = rounded(green);
        out[to + 2] = rounded(blue);
        to += 3;
      }
    }

    /** All columns at once, row by row, which is the order in which they lie in memory. */
    byte[] acrossRows(byte[] in, int stride) {
      byte[] out = new byte[first.length * stride];
      int[] sums = new int[stride];
      for (int output = 0; output < first.length; output++) {
        Arrays.fill(sums, HALF);
        int from = first[output] * stride;
        for (int factor : factors[output]) {
          for (int i = 0; i < stride; i++) {
            sums[i] += (in[from + i] & 0xFF) * factor;
          }
          from += stride;
        }
        for (int i = 0; i < stride; i++) {
          out[output * stride + i] = rounded(sums[i]);
        }
      }
      return out;
    }

    private static byte rounded(int sum) {
      return (byte) Math.min(255, sum >> FRACTION_BITS);
    }
  }
}
