package org.meanfield.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.stream.IntStream;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.graph.LayerVertex;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.meanfield.data.ClassIndex;
import org.meanfield.data.ImageSpec;
import org.meanfield.data.Normalization;
import org.meanfield.data.ResizePolicy;
import org.meanfield.error.SettingsException;

class ArchitecturesTest {
  private static final TrainingRecipe RECIPE = TrainingRecipe.plain(0.1, 1);

  /**
   * Trainable parameters as published or worked out: torchvision's documentation for resnet18 and
   * resnet50, facts of Caffe's LeNet. DL4J counts the running mean and variance of batch norm too.
   */
  @ParameterizedTest
  @CsvSource({
    "lenet, 28, 1, 10, 431080",
    "mlp, 28, 1, 10, 235146",
    // 285,984 in convolutions, 2 x 448 in batch norm, 1,290 in the classifier
    "cnn, 28, 1, 10, 288170",
    // option A has 269,722; two projections add 16 x 32 + 32 x 64 + 2 x (32 + 64)
    "resnet20, 32, 3, 10, 272474",
    "resnet18, 224, 3, 1000, 11689512",
    "resnet50, 224, 3, 1000, 25557032",
  })
  void hasTheKnownNumberOfTrainableParameters(
      String name, int side, int channels, int classes, long trainable) {
    ComputationGraphConfiguration graph =
        Architectures.build(name, spec(side, channels), classes(classes), RECIPE).configuration();

    long all = layers(graph).stream().mapToLong(l -> l.initializer().numParams(l)).sum();
    long statistics =
        layers(graph).stream()
            .filter(BatchNormalization.class::isInstance)
            .mapToLong(l -> 2 * ((BatchNormalization) l).getNOut())
            .sum();

    assertThat(all - statistics).isEqualTo(trainable);
  }

  @ParameterizedTest
  @CsvSource({
    "lenet, 28, 1",
    "lenet, 33, 3",
    "mlp, 28, 1",
    "cnn, 28, 1",
    "cnn, 32, 3",
    "resnet20, 32, 3",
    "resnet20, 28, 1",
    "resnet18, 224, 3",
    "resnet18, 32, 3",
    "resnet50, 224, 3",
    "resnet50, 45, 1"
  })
  void yieldsOneProbabilityPerClass(String name, int side, int channels) {
    ComputationGraphConfiguration graph =
        Architectures.build(name, spec(side, channels), classes(7), RECIPE).configuration();

    assertThat(graph.getNetworkInputs()).containsExactly(Architectures.INPUT);
    assertThat(graph.getNetworkOutputs()).containsExactly(Architectures.OUTPUT);
    assertThat(
            graph
                .getLayerActivationTypes(InputType.convolutional(side, side, channels))
                .get(Architectures.OUTPUT))
        .isEqualTo(InputType.feedForward(7));
  }

  @Test
  void keepsItsJsonFormOnARoundTrip() {
    for (String name : Architectures.names()) {
      Network network = Architectures.build(name, spec(32, 3), classes(10), RECIPE);
      assertThat(network.configuration().toJson()).as(name).isEqualTo(network.configurationJson());
    }
  }

  @Test
  void namesItsLayers() {
    assertThat(names("lenet"))
        .containsExactly("conv1", "pool1", "conv2", "pool2", "dense1", "probabilities");
    assertThat(names("cnn")).contains("conv1", "bn1", "relu1", "pool3", "conv6", "average");
    assertThat(names("resnet20"))
        .contains("stage1.block1.conv1", "stage2.block1.shortcut.conv", "stage3.block3.relu2");
    assertThat(names("resnet50")).contains("stage4.block3.conv3", "stage1.block1.shortcut.bn");
  }

  @Test
  void saysWhichNameWasMeant() {
    assertThatThrownBy(() -> Architectures.build("resnet19", spec(32, 3), classes(2), RECIPE))
        .isInstanceOf(SettingsException.class)
        .hasMessageContaining("'resnet19'")
        .hasMessageContaining("did you mean 'resnet18'?");
  }

  @Test
  void refusesImagesThatAreTooSmall() {
    assertThatThrownBy(() -> Architectures.build("resnet18", spec(28, 1), classes(2), RECIPE))
        .isInstanceOf(SettingsException.class)
        .hasMessageContaining("at least 32x32")
        .hasMessageContaining("28x28");
  }

  private static List<String> names(String architecture) {
    return List.copyOf(
        Architectures.build(architecture, spec(32, 3), classes(2), RECIPE)
            .configuration()
            .getVertices()
            .keySet());
  }

  private static List<Layer> layers(ComputationGraphConfiguration graph) {
    return graph.getVertices().values().stream()
        .filter(LayerVertex.class::isInstance)
        .map(vertex -> ((LayerVertex) vertex).getLayerConf().getLayer())
        .toList();
  }

  private static ImageSpec spec(int side, int channels) {
    return new ImageSpec(
        side, side, channels, ResizePolicy.STRETCH, Normalization.unitRange(channels));
  }

  private static ClassIndex classes(int count) {
    return new ClassIndex(IntStream.range(0, count).mapToObj(i -> "class" + i).toList());
  }
}
