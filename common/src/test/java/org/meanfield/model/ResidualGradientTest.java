package org.meanfield.model;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Set;
import org.deeplearning4j.gradientcheck.GradientCheckUtil;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.graph.LayerVertex;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.junit.jupiter.api.Test;
import org.meanfield.data.ClassIndex;
import org.meanfield.data.ImageSpec;
import org.meanfield.data.Normalization;
import org.meanfield.data.ResizePolicy;
import org.meanfield.engine.nd4j.NativeBackend;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.NoOp;

/** The layers that the architectures are drawn with have the gradients that they should have. */
class ResidualGradientTest {
  private static final ImageSpec IMAGES =
      new ImageSpec(6, 6, 1, ResizePolicy.STRETCH, Normalization.unitRange(1));

  @Test
  void aResidualBlockHasTheGradientOfItsLoss() {
    NativeBackend.load();
    DataType before = Nd4j.dataType();
    Nd4j.setDefaultDataTypes(DataType.DOUBLE, DataType.DOUBLE);
    try {
      Nd4j.getRandom().setSeed(12);
      ComputationGraph graph = new ComputationGraph(block());
      graph.init();
      INDArray images = Nd4j.rand(DataType.DOUBLE, 3, 1, 6, 6);
      INDArray targets = Nd4j.create(new double[][] {{0.9, 0.1}, {0, 1}, {0.2, 0.8}});

      assertThat(
              GradientCheckUtil.checkGradients(
                  new GradientCheckUtil.GraphConfig()
                      .net(graph)
                      .epsilon(1e-6)
                      .maxRelError(1e-4)
                      .minAbsoluteError(1e-8)
                      .inputs(new INDArray[] {images})
                      .labels(new INDArray[] {targets})
                      .excludeParams(Set.of("bn1_mean", "bn1_var", "bn2_mean", "bn2_var"))))
          .isTrue();
    } finally {
      Nd4j.setDefaultDataTypes(before, before);
    }
  }

  private static ComputationGraphConfiguration block() {
    TrainingRecipe recipe = TrainingRecipe.plain(1, 5);
    GraphSketch sketch = new GraphSketch(IMAGES, 2, recipe);
    sketch.paddedConvolution("conv1", 3, 2, 2).batchNorm("bn1");
    String shortcut = sketch.last();
    sketch.relu("relu1").paddedConvolution("conv2", 3, 1, 2).batchNorm("bn2").add("add", shortcut);
    sketch.globalAverage("average").classifier();
    Network network =
        new Network("block", sketch.finish(), IMAGES, new ClassIndex(List.of("a", "b")));
    ComputationGraphConfiguration configuration = network.configuration();
    configuration.setDataType(DataType.DOUBLE);
    configuration
        .getVertices()
        .values()
        .forEach(
            vertex -> {
              if (vertex instanceof LayerVertex layer) {
                layer.getLayerConf().setDataType(DataType.DOUBLE);
                if (layer.getLayerConf().getLayer()
                    instanceof org.deeplearning4j.nn.conf.layers.BaseLayer base) {
                  base.setIUpdater(new NoOp());
                }
              }
            });
    return configuration;
  }
}
