package org.meanfield.engine.torch;

import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.deeplearning4j.nn.conf.ConvolutionMode;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.SubsamplingLayer;

/**
 * How a kernel moves over an image: DL4J's kernel, stride, padding, dilation and mode, with the
 * padding worked out for the one image size that a network has.
 */
final class Window {
  private final long[] kernel;
  private final long[] stride;
  private final long[] dilation;
  private final long[] before; // top, left
  private final long[] after; // bottom, right

  private Window(
      long[] kernel,
      long[] stride,
      long[] dilation,
      long[] before,
      long[] after,
      LayerSite site,
      ConvolutionMode mode) {
    this.kernel = kernel;
    this.stride = stride;
    this.dilation = dilation;
    this.before = before;
    this.after = after;
    long[] size = {site.image().getHeight(), site.image().getWidth()};
    for (int d = 0; d < 2; d++) {
      long reach = (kernel[d] - 1) * dilation[d] + 1;
      // DL4J rounds towards 0 and makes one step outside of an image that is a little too small.
      Refusal.unless(
          mode == ConvolutionMode.Same || reach <= size[d] + before[d] + after[d],
          site.name(),
          site.layer(),
          "a window larger than its image");
      switch (mode) {
        case Same -> padSame(d, size[d], reach);
        case Truncate -> {}
        case Strict ->
            Refusal.unless(
                (size[d] + 2 * before[d] - reach) % stride[d] == 0,
                site.name(),
                site.layer(),
                "mode Strict, and the image does not divide into whole steps");
        default -> throw Refusal.of(site.name(), site.layer(), "convolution mode " + mode);
      }
    }
  }

  /** Half of what is missing on each side, the odd one at the end. */
  private void padSame(int d, long size, long reach) {
    long steps = (size + stride[d] - 1) / stride[d];
    long missing = Math.max(0, (steps - 1) * stride[d] + reach - size);
    before[d] = missing / 2;
    after[d] = missing - before[d];
  }

  /** A convolution's window. Errors: a mode that is not known, a Strict misfit. */
  static Window of(LayerSite site, ConvolutionLayer layer) {
    return new Window(
        longs(layer.getKernelSize()),
        longs(layer.getStride()),
        longs(layer.getDilation()),
        longs(layer.getPadding()),
        longs(layer.getPadding()),
        site,
        layer.getConvolutionMode());
  }

  /** A pooling's window. Errors: a mode that is not known, a Strict misfit. */
  static Window of(LayerSite site, SubsamplingLayer layer) {
    return new Window(
        longs(layer.getKernelSize()),
        longs(layer.getStride()),
        longs(layer.getDilation()),
        longs(layer.getPadding()),
        longs(layer.getPadding()),
        site,
        layer.getConvolutionMode());
  }

  long[] kernel() {
    return kernel;
  }

  long[] stride() {
    return stride;
  }

  long[] dilation() {
    return dilation;
  }

  /** What is padded at the top and the left. */
  long[] before() {
    return before;
  }

  /** What is padded at the bottom and the right. */
  long[] after() {
    return after;
  }

  /** True where LibTorch's own padding, the same on both sides, says it all. */
  boolean symmetric() {
    return before[0] == after[0] && before[1] == after[1];
  }

  /** True where anything is padded. */
  boolean padded() {
    return before[0] + before[1] + after[0] + after[1] > 0;
  }

  /** The padding that is left for LibTorch's own operation. */
  long[] inner() {
    return symmetric() ? before : new long[2];
  }

  /** The images with a border that {@link #inner()} cannot express. */
  Tensor outer(Tensor images, Scalar border) {
    return symmetric() ? images : border(images, border);
  }

  /** The images with the whole border. */
  Tensor border(Tensor images, Scalar border) {
    return torch.constant_pad_nd(
        images, new long[] {before[1], after[1], before[0], after[0]}, border);
  }

  static long[] longs(int... values) {
    return values.length == 1
        ? new long[] {values[0], values[0]}
        : new long[] {values[0], values[1]};
  }
}
