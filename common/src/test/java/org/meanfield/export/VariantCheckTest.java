package org.meanfield.export;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.meanfield.error.SettingsException;

class VariantCheckTest {
  @Test
  void oneThatLosesTooMuchIsRefusedByName() {
    VariantCheck check = check(0.88, 0.91);
    assertThatCode(() -> check.requireWithin("int8", 0.0301)).doesNotThrowAnyException();
    assertThatThrownBy(() -> check.requireWithin("int8", 0.02))
        .isInstanceOf(SettingsException.class)
        .hasMessageContaining("model-int8.onnx, asked for by 'int8'")
        .hasMessageContaining("0.8800")
        .hasMessageContaining("0.9100 on 1000 images is a loss of 0.0300, allowed 0.0200");
  }

  @Test
  void oneThatIsBetterByChanceIsNot() {
    assertThatCode(() -> check(0.92, 0.91).requireWithin("int8", 0)).doesNotThrowAnyException();
  }

  @Test
  void oneThatGivesNoNumbersIsRefused() {
    VariantCheck check =
        new VariantCheck("model-fp16.onnx", 1, 2, 10, 0.5, 0.5, new ExportCheck(10, Double.NaN, 1));
    assertThatThrownBy(() -> check.requireWithin("fp16", 1)).isInstanceOf(SettingsException.class);
  }

  private static VariantCheck check(double accuracy, double full) {
    return new VariantCheck(
        "model-int8.onnx", 25, 100, 1000, accuracy, full, new ExportCheck(1000, 0.3, 0.97));
  }
}
