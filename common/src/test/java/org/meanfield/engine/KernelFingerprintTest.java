package org.meanfield.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.meanfield.engine.nd4j.NativeBackend;

/** Processes that round otherwise have other fingerprints, and only they. */
class KernelFingerprintTest {
  @ParameterizedTest
  @ValueSource(strings = {"torch", "nd4j"})
  void aProcessWithOtherKernelsHasAnotherFingerprint(String engine) throws Exception {
    String here = KernelFingerprint.of(Engines.named(engine), ComputeDevice.CPU, 1).digest();
    assertThat(elsewhere(engine, System.getenv(NativeBackend.KERNEL_CHOICE))).isEqualTo(here);
    // What every processor of this kind can run, and no newer one takes by itself.
    assertThat(elsewhere(engine, "Prescott")).isNotEqualTo(here).hasSameSizeAs(here);
  }

  private static String elsewhere(String engine, String kernels) throws Exception {
    ProcessBuilder java =
        new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-Xmx512m",
            "-cp",
            System.getProperty("java.class.path"),
            Program.class.getName(),
            engine);
    java.redirectError(ProcessBuilder.Redirect.DISCARD);
    Map<String, String> environment = java.environment();
    environment.remove(NativeBackend.KERNEL_CHOICE);
    // A replica's own number of threads counts, in every library under it.
    environment.put("OMP_NUM_THREADS", "3");
    if (kernels != null) {
      environment.put(NativeBackend.KERNEL_CHOICE, kernels);
    }
    Process process = java.start();
    String output =
        new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
    assertThat(process.waitFor()).as(output).isZero();
    return output.substring(output.lastIndexOf('\n') + 1);
  }

  /** What runs in a JVM of its own. */
  static final class Program {
    private Program() {}

    public static void main(String[] args) {
      System.out.println(
          KernelFingerprint.of(Engines.named(args[0]), ComputeDevice.CPU, 1).digest());
    }
  }
}
