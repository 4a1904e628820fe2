package org.meanfield.engine.torch;

import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.graph.GraphVertex;
import org.deeplearning4j.nn.conf.graph.LayerVertex;
import org.deeplearning4j.nn.conf.layers.BaseLayer;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.nn.weights.WeightInitXavier;
import org.deeplearning4j.zoo.ZooModel;
import org.deeplearning4j.zoo.model.AlexNet;
import org.deeplearning4j.zoo.model.Darknet19;
import org.deeplearning4j.zoo.model.InceptionResNetV1;
import org.deeplearning4j.zoo.model.LeNet;
import org.deeplearning4j.zoo.model.ResNet50;
import org.deeplearning4j.zoo.model.SqueezeNet;
import org.deeplearning4j.zoo.model.VGG16;
import org.deeplearning4j.zoo.model.VGG19;
import org.deeplearning4j.zoo.model.Xception;
import org.junit.jupiter.api.condition.EnabledIfEnvironmentVariable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.meanfield.data.ClassIndex;
import org.meanfield.data.ImageSpec;
import org.meanfield.data.Normalization;
import org.meanfield.data.ResizePolicy;
import org.meanfield.engine.Engine;
import org.meanfield.engine.Engines;
import org.meanfield.engine.Precision;
import org.meanfield.model.ConfigurationFile;
import org.meanfield.model.Network;
import org.meanfield.model.SmoothTwin;
import org.nd4j.linalg.learning.config.Nesterovs;

/**
 * The image classifiers of DL4J's zoo as it draws them, on the smallest images that they take or
 * little more. Without what no two engines can share or measure: dropout's masks, and L1 and L2, of
 * which DL4J's score has an error of its own that grows with the network (docs/engines.md).
 */
class ZooAgreesTest {
  private static final Engine TORCH = Engines.named("torch");
  private static final int CLASSES = 10;
  private static final double TOLERANCE = 1e-4;

  /** What one rectifier that falls to the other side of 0 changes in a gradient. */
  private static final double ONE_BEND = 1e-2;

  /** In Xception one library's kernels for one processor let a second one fall. */
  private static final double TWO_BENDS = 2e-2;

  private static final double MANY_BENDS = 6e-2;

  /**
   * With the zoo's own initial weights their first outputs are noise or no numbers, and the first
   * step of its updaters is little more than the signs of a gradient.
   */
  private static final Set<String> DEEP = Set.of("ResNet50", "Xception", "InceptionResNetV1");

  @ParameterizedTest
  @CsvSource({"LeNet, 28, 1", "SqueezeNet, 48, 3", "Darknet19, 64, 3", "VGG16, 32, 3"})
  void aSmallOneTakesTheSameStep(String name, int size, int channels) {
    new Agreement(network(name, size, channels), TORCH).holdsForOneStep(TOLERANCE, ONE_BEND);
  }

  @ParameterizedTest
  @CsvSource({"LeNet, 28, 1", "SqueezeNet, 48, 3"})
  void withoutBendsTenStepsLeadToTheSameState(String name, int size, int channels) {
    new Agreement(SmoothTwin.of(network(name, size, channels)), TORCH).holdsForTenSteps(TOLERANCE);
  }

  @ParameterizedTest
  @EnabledIfEnvironmentVariable(named = "CI", matches = "true")
  @CsvSource({"AlexNet, 63, 3", "VGG19, 32, 3", "Xception, 71, 3"})
  void aLargeOneTakesTheSameStep(String name, int size, int channels) {
    new Agreement(network(name, size, channels), TORCH, 4)
        .holdsForOneStep(TOLERANCE, DEEP.contains(name) ? TWO_BENDS : ONE_BEND);
  }

  /**
   * With rectifiers and maxima one engine alone changes a gradient of theirs by 1e-3 where pixels
   * are off by 1e-7; channels last rounds batch statistics a little more, and bends make more of
   * it.
   */
  @ParameterizedTest
  @EnabledIfEnvironmentVariable(named = "CI", matches = "true")
  @CsvSource({"ResNet50, 136, 3", "InceptionResNetV1, 160, 3"})
  void aDeepOneTakesTheSameStepWithExactStatistics(String name, int size, int channels) {
    Engine exact = new TorchEngine(Precision.FP32, ImageLayout.CONTIGUOUS);
    new Agreement(network(name, size, channels), exact, 4)
        .holdsForOneStep(10 * TOLERANCE, MANY_BENDS);
  }

  /** That it is the bends: without them the gradient agrees 60 times as closely, and as trained. */
  @ParameterizedTest
  @EnabledIfEnvironmentVariable(named = "CI", matches = "true")
  @CsvSource({"Xception, 71, 3", "ResNet50, 136, 3", "InceptionResNetV1, 160, 3"})
  void withoutBendsADeepOneTakesTheSameStepAsItTrains(String name, int size, int channels) {
    new Agreement(SmoothTwin.of(network(name, size, channels)), TORCH, 4)
        .holdsForOneStep(TOLERANCE, 10 * TOLERANCE);
  }

  private static Network network(String name, int size, int channels) {
    ComputationGraphConfiguration graph =
        configuration(model(name, new int[] {channels, size, size}));
    for (GraphVertex vertex : graph.getVertices().values()) {
      if (vertex instanceof LayerVertex layerVertex) {
        Layer layer = layerVertex.getLayerConf().getLayer();
        layer.setIDropout(null);
        if (layer instanceof BaseLayer base) {
          base.setRegularization(List.of());
          if (DEEP.contains(name)) {
            base.setWeightInitFn(new WeightInitXavier());
            base.setIUpdater(new Nesterovs(1e-4, 0.9));
            base.setBiasUpdater(null);
          }
        }
      }
    }
    return new Network(
        name,
        graph,
        new ImageSpec(
            size, size, channels, ResizePolicy.STRETCH, Normalization.unitRange(channels)),
        new ClassIndex(IntStream.range(0, CLASSES).mapToObj(i -> "class" + i).toList()));
  }

  /** As a graph, whichever kind of network the model draws. */
  private static ComputationGraphConfiguration configuration(ZooModel<?> model) {
    Model drawn = model.init();
    if (drawn instanceof MultiLayerNetwork chain) {
      chain.close();
      return ConfigurationFile.graphOf(chain.getLayerWiseConfigurations());
    }
    ComputationGraph graph = (ComputationGraph) drawn;
    graph.close();
    return graph.getConfiguration();
  }

  private static ZooModel<?> model(String name, int[] shape) {
    return switch (name) {
      case "LeNet" -> LeNet.builder().numClasses(CLASSES).inputShape(shape).build();
      case "SqueezeNet" -> SqueezeNet.builder().numClasses(CLASSES).inputShape(shape).build();
      case "AlexNet" -> AlexNet.builder().numClasses(CLASSES).inputShape(shape).build();
      case "VGG16" -> VGG16.builder().numClasses(CLASSES).inputShape(shape).build();
      case "VGG19" -> VGG19.builder().numClasses(CLASSES).inputShape(shape).build();
      case "ResNet50" -> ResNet50.builder().numClasses(CLASSES).inputShape(shape).build();
      case "Darknet19" -> Darknet19.builder().numClasses(CLASSES).inputShape(shape).build();
      case "Xception" -> Xception.builder().numClasses(CLASSES).inputShape(shape).build();
      case "InceptionResNetV1" ->
          InceptionResNetV1.builder().numClasses(CLASSES).inputShape(shape).build();
      default -> throw new IllegalArgumentException(name);
    };
  }
}
