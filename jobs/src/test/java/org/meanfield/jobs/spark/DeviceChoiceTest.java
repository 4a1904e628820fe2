package org.meanfield.jobs.spark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.meanfield.engine.ComputeDevice;
import org.meanfield.error.SettingsException;

/** From what Spark gave a task to what its replica computes on. */
class DeviceChoiceTest {
  @Test
  void aTaskGetsExactlyItsGpu() {
    assertThat(DeviceChoice.AUTO.resolve(List.of("3"), false)).isEqualTo(ComputeDevice.cuda(3));
    assertThat(DeviceChoice.CUDA.resolve(List.of("0"), false)).isEqualTo(ComputeDevice.cuda(0));
  }

  @Test
  void withoutAGpuAutoComputesOnTheProcessorAndCudaRefuses() {
    assertThat(DeviceChoice.AUTO.resolve(List.of(), false)).isEqualTo(ComputeDevice.CPU);
    assertThat(DeviceChoice.CPU.resolve(List.of("1"), false)).isEqualTo(ComputeDevice.CPU);
    assertThatThrownBy(() -> DeviceChoice.CUDA.resolve(List.of(), false))
        .isInstanceOf(SettingsException.class)
        .hasMessageContaining("gave it 0")
        .hasMessageContaining("spark.task.resource.gpu.amount=1");
    assertThatThrownBy(() -> DeviceChoice.AUTO.resolve(List.of("0", "1"), false))
        .isInstanceOf(SettingsException.class)
        .hasMessageContaining("gave it 2");
  }

  @Test
  void inOneProcessAWantedGpuIsTheFirst() {
    assertThat(DeviceChoice.CUDA.resolve(List.of(), true)).isEqualTo(ComputeDevice.cuda(0));
    assertThat(DeviceChoice.AUTO.resolve(List.of(), true)).isEqualTo(ComputeDevice.CPU);
  }

  @Test
  void aDeviceIsReadAsItIsWritten() {
    assertThat(ComputeDevice.parse("cuda:7").toString()).isEqualTo("cuda:7");
    assertThat(ComputeDevice.parse("cuda")).isEqualTo(ComputeDevice.cuda(0));
    assertThat(ComputeDevice.parse("cpu")).isEqualTo(ComputeDevice.CPU);
    assertThatThrownBy(() -> ComputeDevice.parse("gpu"))
        .isInstanceOf(SettingsException.class)
        .hasMessageContaining("cuda:N");
  }
}
