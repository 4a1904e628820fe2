package org.meanfield.engine.torch;

import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/** The maximum over windows, each way LibTorch's. */
final class MaxPooling {
  /**
   * Channels that LibTorch's maximum of bfloat16 takes at once. What is left it takes singly: of
   * fewer channels all of them, which takes longer than to widen them first.
   */
  private static final long LANES = 32;

  private final long[] kernel;
  private final long[] stride;
  private final long[] padding;
  private final long[] dilation;

  /**
   * All by height and width.
   *
   * @param kernel size of a window
   * @param stride from one window to the next
   * @param padding at each side, which counts as lower than everything
   * @param dilation between values of a window
   */
  MaxPooling(long[] kernel, long[] stride, long[] padding, long[] dilation) {
    this.kernel = kernel;
    this.stride = stride;
    this.padding = padding;
    this.dilation = dilation;
  }

  /** The maximum, in the way that is the faster one where both give the same bits. */
  Tensor of(Tensor images) {
    boolean singly = images.scalar_type() == ScalarType.BFloat16 && images.size(1) < LANES;
    return singly && images.is_cpu() && !overlaps() ? widened(images) : plain(images);
  }

  /** In the precision of the images. */
  Tensor plain(Tensor images) {
    return torch.max_pool2d(images, kernel, stride, padding, dilation, false);
  }

  /**
   * In 32 bits: the same numbers, for a maximum is one of its values. Where windows do not overlap,
   * each value has the gradient of at most one of them, and that is the same number too.
   */
  Tensor widened(Tensor images) {
    return plain(images.to(ScalarType.Float)).to(images.scalar_type());
  }

  /** True where some value lies in several windows. */
  private boolean overlaps() {
    return (kernel[0] - 1) * dilation[0] >= stride[0] || (kernel[1] - 1) * dilation[1] >= stride[1];
  }
}
