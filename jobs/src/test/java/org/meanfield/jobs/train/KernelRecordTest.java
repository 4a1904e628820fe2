package org.meanfield.jobs.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.meanfield.engine.KernelFingerprint;
import org.meanfield.error.SettingsException;
import org.meanfield.jobs.spark.LocatedKernels;
import org.meanfield.jobs.train.KernelRecord.Agreement;

/** Who rounds how, and what is said of it. */
class KernelRecordTest {
  private static final KernelRecord NOTHING = new KernelRecord(List.of());

  @Test
  void whereAllRoundAlikeNothingIsSaid() {
    KernelRecord record = NOTHING.with(List.of(at("driver", "aa"), at("executor 0 on a", "aa")));
    assertThat(record.groups()).hasSize(1);
    assertThat(record.groups().get(0).places()).containsExactly("driver", "executor 0 on a");
    assertThat(record.agreement("torch")).isEqualTo(Agreement.EQUAL);
    assertThat(record.note("torch")).isEmpty();
    record.requireEqual("torch");
  }

  @Test
  void aDriverOfItsOwnKindIsToldAndNotRefused() {
    KernelRecord record = NOTHING.with(List.of(at("driver", "aa"), at("executor 0 on a", "bb")));
    assertThat(record.agreement("torch")).isEqualTo(Agreement.DRIVER_DIFFERS);
    assertThat(record.note("torch"))
        .hasValueSatisfying(
            note -> assertThat(note).startsWith("kernels:").contains("executor 0 on a (cpu, "));
    record.requireEqual("torch");
  }

  @Test
  void executorsThatRoundOtherwiseAreNamedWithTheirProcessor() {
    List<LocatedKernels> found =
        IntStream.range(0, 6)
            .mapToObj(i -> at("executor " + i + " on h" + i, i == 3 ? "bb" : "aa"))
            .toList();
    KernelRecord record = NOTHING.with(found);
    assertThat(record.agreement("torch")).isEqualTo(Agreement.DIFFER);
    assertThat(record.note("torch").orElseThrow())
        .startsWith("WARNING")
        .contains("executor 0 on h0, executor 1 on h1, executor 2 on h2 and 2 more (cpu, ")
        .contains("executor 3 on h3 (cpu, a processor of bb, kernels bb)")
        .contains("OPENBLAS_CORETYPE");
    assertThatThrownBy(() -> record.requireEqual("torch"))
        .isInstanceOf(SettingsException.class)
        .hasMessageContaining("executor 3 on h3")
        .hasMessageContaining("train.require-equal-kernels");
  }

  @Test
  void whatComputedBeforeCountsToo() {
    KernelRecord record =
        NOTHING.with(List.of(at("local tasks", "aa"))).with(List.of(at("executor 0 on a", "bb")));
    assertThat(record.agreement("torch")).isEqualTo(Agreement.DIFFER);
    assertThat(record.with(List.of(at("local tasks", "aa"))).groups()).hasSize(2);
  }

  @Test
  void anotherEngineIsNotComparedWith() {
    LocatedKernels before =
        new LocatedKernels("local tasks", new KernelFingerprint("nd4j", "cc", "cpu", "it"));
    KernelRecord record = NOTHING.with(List.of(before)).with(List.of(at("local tasks", "aa")));
    assertThat(record.groups()).hasSize(2);
    assertThat(record.agreement("torch")).isEqualTo(Agreement.EQUAL);
  }

  private static LocatedKernels at(String place, String digest) {
    return new LocatedKernels(
        place, new KernelFingerprint("torch", digest, "cpu", "a processor of " + digest));
  }
}
