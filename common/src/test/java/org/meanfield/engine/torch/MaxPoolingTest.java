package org.meanfield.engine.torch;

import static org.assertj.core.api.Assertions.assertThat;

import org.bytedeco.pytorch.BoolOptional;
import org.bytedeco.pytorch.MemoryFormatOptional;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorArrayRefOptional;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.MemoryFormat;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.meanfield.model.FloatVector;

/** Which of two ways is taken is a matter of speed alone. */
class MaxPoolingTest {
  private static final long[] ONE = {1, 1};

  @BeforeAll
  static void load() {
    assertThat(TorchNatives.problem()).isEmpty();
    TorchNatives.useThreads(1);
  }

  @ParameterizedTest
  @CsvSource({
    "20, 24, 2, 2, 0",
    "50, 8, 2, 2, 0",
    "20, 9, 2, 3, 1",
    "64, 8, 2, 2, 0",
    "3, 9, 3, 3, 0"
  })
  void bf16GivesTheSameBitsInBothWays(int channels, int size, int kernel, int stride, int padding) {
    MaxPooling pooling =
        new MaxPooling(
            new long[] {kernel, kernel},
            new long[] {stride, stride},
            new long[] {padding, padding},
            ONE);
    Native.temporary(() -> compare(pooling, channels, size));
  }

  private static void compare(MaxPooling pooling, int channels, int size) {
    Tensor images = images(channels, size);
    Tensor same = images.detach().clone();
    images.set_requires_grad(true);
    same.set_requires_grad(true);
    Both plain = both(images, pooling.plain(images));
    assertThat(both(same, pooling.widened(same))).isEqualTo(plain);
  }

  /** Images in which many values are the same, as behind a rectifier. */
  private static Tensor images(int channels, int size) {
    Tensor count = torch.arange(new Scalar(4L * channels * size * size));
    Tensor values = torch.sin(count.to(ScalarType.Float)).view(4, channels, size, size).relu();
    return values.to(
        ScalarType.BFloat16, false, false, new MemoryFormatOptional(MemoryFormat.ChannelsLast));
  }

  private record Both(FloatVector maximum, FloatVector gradient) {}

  private static Both both(Tensor images, Tensor maximum) {
    Tensor above = torch.cos(maximum.detach().to(ScalarType.Float)).to(ScalarType.BFloat16);
    maximum.backward(above, new BoolOptional(), false, new TensorArrayRefOptional());
    return new Both(floats(maximum.detach()), floats(images.grad()));
  }

  private static FloatVector floats(Tensor values) {
    return FlatMemory.floats(values.to(ScalarType.Float));
  }
}
