package org.meanfield.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.deeplearning4j.nn.api.OptimizationAlgorithm;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.graph.LayerVertex;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.LossLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.junit.jupiter.api.Test;
import org.meanfield.data.ClassIndex;
import org.meanfield.data.ImageSpec;
import org.meanfield.data.Normalization;
import org.meanfield.data.ResizePolicy;
import org.meanfield.error.SettingsException;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.learning.config.Adam;
import org.nd4j.linalg.learning.config.Sgd;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;

class ConfigurationFileTest {
  private static final TrainingRecipe RECIPE = TrainingRecipe.plain(0.25, 1);

  @Test
  void fitsAChainToTheImagesAndClasses() {
    String json =
        new NeuralNetConfiguration.Builder()
            .updater(new Adam(0.1))
            .list()
            .layer(new ConvolutionLayer.Builder(3, 3).nOut(4).build())
            .layer(
                new OutputLayer.Builder(LossFunction.NEGATIVELOGLIKELIHOOD)
                    .nOut(10)
                    .activation(Activation.SOFTMAX)
                    .build())
            .setInputType(InputType.convolutionalFlat(28, 28, 1))
            .build()
            .toJson();

    Network network = read(json, 12, 10, 3);

    OutputLayer head = (OutputLayer) layer(network, "layer1");
    assertThat(network.name()).isEqualTo("net.json");
    assertThat(head.getNOut()).isEqualTo(2);
    assertThat(head.getNIn()).isEqualTo(10 * 8 * 4);
    assertThat(head.getIUpdater()).isEqualTo(new Sgd(0.25));
    assertThat(((ConvolutionLayer) layer(network, "layer0")).getNIn()).isEqualTo(3);
  }

  @Test
  void makesOneClassifierOfADenseLayerAndItsLoss() {
    ComputationGraphConfiguration graph =
        graph()
            .addLayer(
                "dense",
                new DenseLayer.Builder().nOut(5).activation(Activation.IDENTITY).build(),
                "in")
            .addLayer(
                "loss",
                new LossLayer.Builder(LossFunction.MCXENT).activation(Activation.SOFTMAX).build(),
                "dense")
            .setOutputs("loss")
            .build();

    Network network = read(graph.toJson(), 8, 8, 1);

    assertThat(network.configuration().getNetworkOutputs()).containsExactly("dense");
    assertThat(layer(network, "dense")).isInstanceOf(OutputLayer.class);
    assertThat(network.configuration().getVertices()).doesNotContainKey("loss");
  }

  @Test
  void refusesAnotherAlgorithmThanTheEnginesHave() {
    NeuralNetConfiguration.Builder other =
        new NeuralNetConfiguration.Builder().optimizationAlgo(OptimizationAlgorithm.LBFGS);
    OutputLayer head = new OutputLayer.Builder().nOut(2).activation(Activation.SOFTMAX).build();
    ComputationGraphConfiguration graph =
        other.graphBuilder().addInputs("in").addLayer("out", head, "in").setOutputs("out").build();
    String chain = other.list().layer(head).build().toJson();
    for (String json : new String[] {graph.toJson(), chain}) {
      assertThatThrownBy(() -> read(json, 8, 8, 1))
          .isInstanceOf(SettingsException.class)
          .hasMessageContaining("its optimisation algorithm is LBFGS");
    }
  }

  @Test
  void gradientsAreMeansWhateverTheFileSays() {
    OutputLayer head = new OutputLayer.Builder().nOut(2).activation(Activation.SOFTMAX).build();
    ComputationGraphConfiguration summed =
        new NeuralNetConfiguration.Builder()
            .miniBatch(false)
            .graphBuilder()
            .addInputs("in")
            .addLayer("out", head, "in")
            .setOutputs("out")
            .build();
    Network network = read(summed.toJson(), 8, 8, 1);
    assertThat(network.configuration().getDefaultConfiguration().isMiniBatch()).isTrue();
  }

  @Test
  void refusesByNameWhatIsNoClassifier() {
    assertThatThrownBy(() -> read("{\"a\": 1}", 8, 8, 1))
        .isInstanceOf(SettingsException.class)
        .hasMessageContaining("conf/net.json is no DL4J configuration");
    assertThatThrownBy(() -> read("{\"vertices\": 3}", 8, 8, 1))
        .isInstanceOf(SettingsException.class)
        .hasMessageContaining("cannot be read as a DL4J configuration");
    String regression =
        graph()
            .addLayer(
                "value",
                new OutputLayer.Builder(LossFunction.MSE)
                    .nOut(1)
                    .activation(Activation.IDENTITY)
                    .build(),
                "in")
            .setOutputs("value")
            .build()
            .toJson();
    assertThatThrownBy(() -> read(regression, 8, 8, 1))
        .isInstanceOf(SettingsException.class)
        .hasMessageContaining("layer 'value' (OutputLayer) is not a softmax classifier");
    String tooLarge =
        graph()
            .addLayer("conv", new ConvolutionLayer.Builder(9, 9).nOut(2).build(), "in")
            .addLayer(
                "out",
                new OutputLayer.Builder().nOut(2).activation(Activation.SOFTMAX).build(),
                "conv")
            .setOutputs("out")
            .build()
            .toJson();
    assertThatThrownBy(() -> read(tooLarge, 8, 8, 1))
        .isInstanceOf(SettingsException.class)
        .hasMessageContaining("cannot classify images of 8x8x1");
  }

  private static ComputationGraphConfiguration.GraphBuilder graph() {
    return new NeuralNetConfiguration.Builder()
        .graphBuilder()
        .addInputs("in")
        .setInputTypes(InputType.convolutional(28, 28, 1));
  }

  private static Network read(String json, int height, int width, int channels) {
    return ConfigurationFile.network(
        "conf/net.json",
        json,
        new ImageSpec(
            height, width, channels, ResizePolicy.STRETCH, Normalization.unitRange(channels)),
        new ClassIndex(List.of("a", "b")),
        RECIPE);
  }

  private static org.deeplearning4j.nn.conf.layers.BaseLayer layer(Network network, String name) {
    return (org.deeplearning4j.nn.conf.layers.BaseLayer)
        ((LayerVertex) network.configuration().getVertices().get(name)).getLayerConf().getLayer();
  }
}
