package org.meanfield.engine.nd4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.meanfield.engine.ComputeDevice;
import org.meanfield.engine.Engines;
import org.meanfield.engine.Replica;
import org.meanfield.engine.torch.TorchEngine;
import org.meanfield.error.SettingsException;
import org.nd4j.common.config.ND4JClassLoading;
import org.nd4j.linalg.learning.config.Sgd;

/** Which backend ND4J sees where the class path has two. */
class BackendChoiceTest {
  private static final String SERVICE = "META-INF/services/org.nd4j.linalg.factory.Nd4jBackend";

  @TempDir Path folder;

  @Test
  void nd4jSeesOnlyTheBackendThatIsWanted() throws IOException {
    URL cpu = declared("one", "org.nd4j.linalg.cpu.nativecpu.CpuBackend");
    URL cuda = declared("other", "# GPUs\n org.nd4j.linalg.jcublas.JCublasBackend\n");
    try (URLClassLoader both = new URLClassLoader(new URL[] {cpu, cuda}, null)) {
      ClassLoader loader =
          new BackendChoice.OneBackend(both, "org.nd4j.linalg.jcublas.JCublasBackend");
      assertThat(Collections.list(loader.getResources(SERVICE)))
          .singleElement()
          .asString()
          .contains("/other/");
      assertThat(Collections.list(both.getResources(SERVICE))).hasSize(2);
    }
  }

  @Test
  void aBackendThatIsNotThereIsRefusedWithWhatToDo() {
    assertThatThrownBy(() -> BackendChoice.apply(ComputeDevice.Kind.CUDA))
        .isInstanceOf(SettingsException.class)
        .hasMessageContaining("cuda/target/nd4j");
  }

  @Test
  void whereOnlyTheProcessorsBackendIsThereNothingChanges() {
    ClassLoader before = ND4JClassLoading.getNd4jClassloader();
    BackendChoice.apply(ComputeDevice.Kind.CPU);
    assertThat(ND4JClassLoading.getNd4jClassloader()).isSameAs(before);
  }

  @Test
  void aProcessWithTheCpuBackendRefusesGpus() {
    var network = TinyNetworks.dense(new Sgd(0.1));
    assertThatThrownBy(() -> Engines.named("nd4j").open(network, ComputeDevice.cuda(0), 1))
        .isInstanceOf(SettingsException.class)
        .hasMessageContaining("-Dmeanfield.nd4j.backend=cuda");
    try (Replica replica = Engines.named("nd4j").open(network, ComputeDevice.CPU, 1)) {
      assertThat(replica.state().parameters().length()).isPositive();
    }
  }

  @Test
  void torchSaysWhyThereIsNoGpu() {
    assumeThat(TorchEngine.whyNoGpu()).isPresent();
    var network = TinyNetworks.dense(new Sgd(0.1));
    assertThatThrownBy(() -> Engines.named("torch").open(network, ComputeDevice.cuda(0), 1))
        .isInstanceOf(SettingsException.class)
        .hasMessageContaining("cuda:0")
        .hasMessageContaining("-Pcuda");
  }

  private URL declared(String name, String content) throws IOException {
    Path file = folder.resolve(name).resolve(SERVICE);
    Files.createDirectories(file.getParent());
    Files.writeString(file, content);
    return folder.resolve(name).toUri().toURL();
  }
}
