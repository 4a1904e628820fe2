package org.meanfield.export.onnx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import onnx.Onnx.GraphProto;
import org.junit.jupiter.api.Test;
import org.meanfield.error.SettingsException;

class HalfPrecisionTest {
  @Test
  void roundsToTheNearestAndTiesToEven() {
    assertThat(half(0f)).isEqualTo(0x0000);
    assertThat(half(-0f)).isEqualTo(0x8000);
    assertThat(half(1f)).isEqualTo(0x3C00);
    assertThat(half(-2f)).isEqualTo(0xC000);
    assertThat(half(1f / 3)).isEqualTo(0x3555);
    assertThat(half(65504f)).isEqualTo(0x7BFF);
    assertThat(half(65519f)).isEqualTo(0x7BFF);
    assertThat(half(65520f)).isEqualTo(0x7C00);
    assertThat(half(1 + 0x1p-11f)).as("a tie, down to even").isEqualTo(0x3C00);
    assertThat(half(1 + 3 * 0x1p-11f)).as("a tie, up to even").isEqualTo(0x3C02);
    assertThat(half(0x1p-14f)).as("the smallest normal number").isEqualTo(0x0400);
    assertThat(half(0x1p-24f)).as("the smallest number").isEqualTo(0x0001);
    assertThat(half(0x1p-25f)).as("a tie, down to even").isEqualTo(0x0000);
    assertThat(half(3 * 0x1p-25f)).as("a tie, up to even").isEqualTo(0x0002);
    assertThat(half(-0x1.ff8p-15f)).as("just below the normal numbers").isEqualTo(0x83FF);
    assertThat(half(Float.NaN) & 0x7FFF).isGreaterThan(0x7C00);
  }

  @Test
  void everyHalfPrecisionNumberIsItself() {
    for (int bits = 0; bits < 0x7C00; bits++) {
      assertThat(half(value(bits))).isEqualTo(bits);
      assertThat(half(-value(bits))).isEqualTo(bits | 0x8000);
    }
  }

  @Test
  void whatIsTooLargeIsRefusedByName() {
    float[] weights = new float[256];
    weights[200] = -70000f;
    GraphProto graph =
        GraphProto.newBuilder().addInitializer(Tensors.floats("conv1/W", weights, 16, 16)).build();
    assertThatThrownBy(() -> HalfPrecision.of(graph))
        .isInstanceOf(SettingsException.class)
        .hasMessageContaining("conv1/W has a weight of -70000.0");
  }

  private static int half(float value) {
    return HalfPrecision.half(value) & 0xFFFF;
  }

  /** From the definition. */
  private static float value(int bits) {
    int exponent = bits >>> 10;
    int fraction = bits & 0x3FF;
    return exponent == 0
        ? fraction * 0x1p-24f
        : (float) ((1024 + fraction) * Math.pow(2, exponent - 25));
  }
}
