package org.meanfield.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.security.MessageDigest;
import java.util.EnumMap;
import java.util.HexFormat;
import java.util.Map;
import org.junit.jupiter.api.Test;

class SplitRuleTest {
  @Test
  void sharesAreMetAndEachIdHasOneSplitForEver() throws Exception {
    SplitRule rule = new SplitRule(0.8, 0.15, 0.05);
    Map<Split, Integer> counts = new EnumMap<>(Split.class);
    for (int i = 0; i < 20_000; i++) {
      counts.merge(rule.splitOf(id(i)), 1, Integer::sum);
    }
    assertThat(counts.get(Split.TRAIN) / 20_000.0).isCloseTo(0.8, within(0.01));
    assertThat(counts.get(Split.VALIDATION) / 20_000.0).isCloseTo(0.15, within(0.01));
    assertThat(counts.get(Split.TEST) / 20_000.0).isCloseTo(0.05, within(0.01));
  }

  @Test
  void theAssignmentIsFixedAcrossVersions() {
    SplitRule rule = new SplitRule(0.8, 0.1, 0.1);
    String rest = "0".repeat(51);
    assertThat(rule.splitOf("0000000000000" + rest)).isEqualTo(Split.TEST);
    assertThat(rule.splitOf("1999000000000" + rest)).isEqualTo(Split.TEST);
    assertThat(rule.splitOf("199a000000000" + rest)).isEqualTo(Split.VALIDATION);
    assertThat(rule.splitOf("3333000000000" + rest)).isEqualTo(Split.VALIDATION);
    assertThat(rule.splitOf("3334000000000" + rest)).isEqualTo(Split.TRAIN);
    assertThat(rule.splitOf("f".repeat(64))).isEqualTo(Split.TRAIN);
  }

  @Test
  void aWholeShareTakesEverything() {
    assertThat(new SplitRule(0, 0, 1).splitOf("f".repeat(64))).isEqualTo(Split.TEST);
    assertThat(new SplitRule(1, 0, 0).splitOf("0".repeat(64))).isEqualTo(Split.TRAIN);
  }

  @Test
  void badSharesAreRefused() {
    assertThatThrownBy(() -> new SplitRule(0.8, 0.1, 0.2))
        .hasMessageContaining("sum to 1")
        .hasMessageContaining("[0.8, 0.1, 0.2]");
    assertThatThrownBy(() -> new SplitRule(1.2, -0.2, 0)).hasMessageContaining("0 or more");
  }

  private static String id(int i) throws Exception {
    byte[] bytes = {(byte) i, (byte) (i >> 8), (byte) (i >> 16)};
    return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
  }
}
