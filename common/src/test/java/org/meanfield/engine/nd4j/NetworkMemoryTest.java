package org.meanfield.engine.nd4j;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.management.GarbageCollectorMXBean;
import java.lang.management.ManagementFactory;
import java.util.List;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.Adam;
import org.nd4j.linalg.lossfunctions.LossFunctions;

/** All that a network holds natively is freed, and nobody waits for the heap. */
class NetworkMemoryTest {
  @BeforeAll
  static void load() {
    NativeBackend.load();
  }

  @Test
  void aGraphIsFreed() {
    ComputationGraph graph =
        new ComputationGraph(TinyNetworks.convolutional(new Adam(), 1).configuration());
    graph.init();
    graph.fit(
        new INDArray[] {Nd4j.rand(2, 1, 8, 8)}, new INDArray[] {Nd4j.zeros(2, 3).addi(1 / 3.0)});
    List<INDArray> held =
        List.of(
            graph.params(),
            graph.getGradientsViewArray(),
            graph.getUpdater().getUpdaterStateViewArray());
    NetworkMemory.free(graph);
    assertFreed(held);
    NetworkMemory.free(graph); // does no harm
  }

  @Test
  void aChainIsFreed() {
    MultiLayerNetwork chain =
        new MultiLayerNetwork(
            new NeuralNetConfiguration.Builder()
                .updater(new Adam())
                .list()
                .layer(new DenseLayer.Builder().nIn(4).nOut(5).build())
                .layer(
                    new OutputLayer.Builder(LossFunctions.LossFunction.MSE).nIn(5).nOut(2).build())
                .build());
    chain.init();
    chain.fit(Nd4j.rand(3, 4), Nd4j.rand(3, 2));
    List<INDArray> held =
        List.of(
            chain.params(), chain.getGradientsViewArray(), chain.getUpdater().getStateViewArray());
    NetworkMemory.free(chain);
    assertFreed(held);
  }

  private static void assertFreed(List<INDArray> arrays) {
    assertThat(arrays).allMatch(INDArray::wasClosed);
    assertThat(Nd4j.getWorkspaceManager().getAllWorkspacesForCurrentThread()).isEmpty();
  }

  /** DL4J's own way would have it collected twice for each. */
  @Test
  void theHeapIsLeftAlone() {
    int networks = 20;
    long before = collections();
    for (int i = 0; i < networks; i++) {
      ComputationGraph graph = new ComputationGraph(TinyNetworks.dense(new Adam()).configuration());
      graph.init();
      NetworkMemory.free(graph);
    }
    assertThat(collections() - before).isLessThan(networks);
  }

  private static long collections() {
    return ManagementFactory.getGarbageCollectorMXBeans().stream()
        .mapToLong(GarbageCollectorMXBean::getCollectionCount)
        .sum();
  }
}
