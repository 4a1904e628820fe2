package org.meanfield.jobs.spark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.nio.file.Path;
import java.util.List;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.meanfield.engine.ComputeDevice;
import org.meanfield.engine.torch.TorchEngine;
import org.meanfield.jobs.testing.LocalSpark;

/** Executors answer for the device that their tasks train on. */
class Bf16SurveyTest {
  @TempDir Path folder;

  @Test
  void whatLacksItIsNamedOnce() {
    assumeThat(TorchEngine.whyNoGpu()).isPresent();
    SparkSession spark = LocalSpark.session();
    try (WorkerData data =
        WorkerData.shard(TinyTraining.rows(folder), 36, 3, TinyTraining.SEED, TinyTraining.SPEC)) {
      data.load();
      boolean here = TorchEngine.computesBf16(ComputeDevice.CPU);
      List<String> local = List.of(LocatedKernels.LOCAL);
      assertThat(Bf16Survey.lackingExecutors(data)).isEqualTo(here ? List.of() : local);
      DeviceChoice.CUDA.applyTo(spark.sparkContext()); // and there is none
      assertThat(Bf16Survey.lackingExecutors(data)).isEqualTo(local);
    } finally {
      DeviceChoice.AUTO.applyTo(spark.sparkContext());
    }
  }
}
