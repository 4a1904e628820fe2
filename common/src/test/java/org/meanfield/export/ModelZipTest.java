package org.meanfield.export;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.util.ModelSerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.meanfield.engine.Engines;
import org.meanfield.engine.Replica;
import org.meanfield.engine.StepPosition;
import org.meanfield.engine.nd4j.TinyNetworks;
import org.meanfield.error.CorruptArtifactException;
import org.meanfield.error.DataException;
import org.meanfield.model.Network;
import org.meanfield.model.TrainedModel;
import org.nd4j.linalg.learning.config.Adam;

class ModelZipTest {
  @TempDir Path folder;

  @Test
  void plainDl4jLoadsItWithItsUpdaterState() throws IOException {
    TrainedModel model = trained();
    Path file = Files.write(folder.resolve("model.zip"), ModelZip.encode(model));

    ComputationGraph graph = ComputationGraph.load(file.toFile(), true);
    try {
      assertThat(graph.params().dup().data().asFloat())
          .isEqualTo(model.state().parameters().toArray());
      assertThat(graph.getUpdater().getStateViewArray().dup().data().asFloat())
          .isEqualTo(model.state().updaterState().toArray());
    } finally {
      graph.close();
    }
  }

  @Test
  void readsBackEqualAndWritesEqualBytes() {
    TrainedModel model = trained();
    byte[] zip = ModelZip.encode(model);

    TrainedModel back = ModelZip.decode("model.zip", zip);

    assertThat(back.state()).isEqualTo(model.state());
    assertThat(back.network().classes()).isEqualTo(model.network().classes());
    assertThat(back.runId()).isEqualTo("run-1");
    assertThat(ModelZip.encode(back)).isEqualTo(zip);
  }

  @Test
  void refusesDl4jsOwnZipAndSaysWhatIsMissing() throws IOException {
    Path file = folder.resolve("plain.zip");
    ComputationGraph graph = new ComputationGraph(TinyNetworks.dense(new Adam()).configuration());
    graph.init();
    ModelSerializer.writeModel(graph, file.toFile(), true);
    graph.close();
    byte[] zip = Files.readAllBytes(file);

    assertThatThrownBy(() -> ModelZip.decode("plain.zip", zip))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("meanfield.json")
        .hasMessageContaining("class names");
  }

  @Test
  void aDamagedZipIsRefused() {
    byte[] zip = ModelZip.encode(trained());
    for (int at : new int[] {40, zip.length / 3, zip.length / 2}) {
      byte[] damaged = zip.clone();
      damaged[at] ^= 0x10;
      assertThatThrownBy(() -> ModelZip.decode("model.zip", damaged))
          .as("byte %s", at)
          .isInstanceOf(CorruptArtifactException.class);
    }
    assertThatThrownBy(() -> ModelZip.decode("model.zip", new byte[10]))
        .isInstanceOf(CorruptArtifactException.class);
  }

  private static TrainedModel trained() {
    Network network = TinyNetworks.convolutional(new Adam(0.01), 1.0);
    try (Replica replica = Engines.named("nd4j").open(network, 1)) {
      for (int i = 0; i < 3; i++) {
        replica.step(TinyNetworks.minibatch(4, i), new StepPosition(i, 0, i));
      }
      return new TrainedModel(network, replica.state(), "run-1", "data-1");
    }
  }
}
