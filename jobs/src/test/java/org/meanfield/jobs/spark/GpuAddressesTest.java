package org.meanfield.jobs.spark;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.spark.resource.ResourceInformation;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The script by which Spark finds a node's GPUs, with a stand-in for nvidia-smi. */
class GpuAddressesTest {
  private static final Path SCRIPT = Path.of("../conf/gpu-addresses").toAbsolutePath().normalize();

  @TempDir Path folder;

  @Test
  void sparkReadsTheAddressesOfAllGpus() throws Exception {
    assertThat(addresses(smi("printf '0\\n1\\n10\\n'"), Map.of())).containsExactly("0", "1", "10");
  }

  @Test
  void onlyTheIndexIsAskedFor() throws Exception {
    Path smi =
        smi("[ \"$*\" = '--query-gpu=index --format=csv,noheader,nounits' ] && echo 0 || exit 9");
    assertThat(addresses(smi, Map.of())).containsExactly("0");
  }

  @Test
  void visibleDevicesAreCountedAsCudaCountsThem() throws Exception {
    Path smi = smi("printf '0\\n1\\n2\\n3\\n'");
    assertThat(addresses(smi, Map.of("CUDA_VISIBLE_DEVICES", "3,GPU-5c89")))
        .containsExactly("0", "1");
    assertThat(addresses(smi, Map.of("CUDA_VISIBLE_DEVICES", ""))).isEmpty();
  }

  @Test
  void aNodeWithoutGpusHasNone() throws Exception {
    assertThat(addresses(folder.resolve("absent"), Map.of())).isEmpty();
    assertThat(addresses(smi("true"), Map.of())).isEmpty();
  }

  @Test
  void aBrokenDriverIsAnErrorAndNotANodeWithoutGpus() throws Exception {
    Path smi = smi("echo 'Failed to initialize NVML: Driver/library version mismatch'; exit 18");
    Process process = start(smi, Map.of());
    assertThat(process.waitFor()).isEqualTo(1);
    assertThat(read(process.getErrorStream())).contains("Driver/library version mismatch");
    Process nonsense = start(smi("echo 'No devices were found'"), Map.of());
    assertThat(nonsense.waitFor()).isEqualTo(1);
    assertThat(read(nonsense.getErrorStream())).contains("no device index");
  }

  private Set<String> addresses(Path smi, Map<String, String> environment) throws Exception {
    Process process = start(smi, environment);
    String json = read(process.getInputStream());
    assertThat(process.waitFor()).as(read(process.getErrorStream())).isZero();
    ResourceInformation information = ResourceInformation.parseJson(json);
    assertThat(information.name()).isEqualTo("gpu");
    return new LinkedHashSet<>(List.of(information.addresses()));
  }

  private static Process start(Path smi, Map<String, String> environment) throws IOException {
    ProcessBuilder builder = new ProcessBuilder(SCRIPT.toString());
    builder.environment().remove("CUDA_VISIBLE_DEVICES");
    builder.environment().put("NVIDIA_SMI", smi.toString());
    builder.environment().putAll(environment);
    return builder.start();
  }

  private static String read(InputStream stream) throws IOException {
    return new String(stream.readAllBytes(), StandardCharsets.UTF_8);
  }

  private Path smi(String body) throws IOException {
    Path file = folder.resolve("nvidia-smi");
    Files.writeString(file, "#!/bin/sh\n" + body + "\n");
    assertThat(file.toFile().setExecutable(true)).isTrue();
    return file;
  }
}
