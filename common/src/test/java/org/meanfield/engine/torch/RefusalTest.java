package org.meanfield.engine.torch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.meanfield.engine.torch.LayerCases.conv;
import static org.meanfield.engine.torch.LayerCases.dense;
import static org.meanfield.engine.torch.LayerCases.head;
import static org.meanfield.engine.torch.LayerCases.layer;
import static org.meanfield.engine.torch.LayerCases.pool;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration.GraphBuilder;
import org.deeplearning4j.nn.conf.constraint.MaxNormConstraint;
import org.deeplearning4j.nn.conf.dropout.GaussianDropout;
import org.deeplearning4j.nn.conf.graph.L2NormalizeVertex;
import org.deeplearning4j.nn.conf.graph.L2Vertex;
import org.deeplearning4j.nn.conf.layers.AutoEncoder;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.conf.layers.PReLULayer;
import org.deeplearning4j.nn.conf.layers.PoolingType;
import org.deeplearning4j.nn.conf.layers.misc.ElementWiseMultiplicationLayer;
import org.deeplearning4j.nn.conf.weightnoise.DropConnect;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.meanfield.engine.Engine;
import org.meanfield.engine.Engines;
import org.meanfield.engine.Precision;
import org.meanfield.error.SettingsException;
import org.meanfield.model.Network;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.AMSGrad;
import org.nd4j.linalg.lossfunctions.ILossFunction;
import org.nd4j.linalg.lossfunctions.impl.LossHinge;
import org.nd4j.linalg.lossfunctions.impl.LossMCXENT;
import org.nd4j.linalg.lossfunctions.impl.LossSparseMCXENT;

/** What the engine does not run is refused when the network opens, by the layer's name. */
class RefusalTest {
  private static final Engine TORCH = Engines.named("torch");
  private static final Map<String, Consumer<GraphBuilder>> CASES = new LinkedHashMap<>();

  static {
    odd("PReLULayer", new PReLULayer.Builder().inputShape(4, 7, 7).build());
    odd("AutoEncoder", new AutoEncoder.Builder().nOut(6).build());
    odd("layer normalisation", dense(6).hasLayerNorm(true).build());
    odd("GaussianDropout", dense(6).dropOut(new GaussianDropout(0.5)).build());
    odd("weight noise", dense(6).weightNoise(new DropConnect(0.5)).build());
    odd("constraints", dense(6).constrainWeights(new MaxNormConstraint(1, 1)).build());
    odd("ActivationRReLU", conv(3, 3).activation(Activation.RRELU).build());
    odd(
        "averages that count padding",
        pool(PoolingType.AVG).padding(1, 1).avgPoolIncludePadInDivisor(true).build());
    loss("LossHinge", new LossHinge());
    loss("LossSparseMCXENT", new LossSparseMCXENT());
    loss("class weights", new LossMCXENT(Nd4j.createFromArray(1f, 2f, 3f)));
    CASES.put(
        "ElementWiseMultiplicationLayer",
        graph -> {
          layer(graph, "before", dense(6).build(), "conv1");
          var each = new ElementWiseMultiplicationLayer.Builder().nIn(6).nOut(6).build();
          layer(graph, "odd", each, "before");
          head(graph, "odd");
        });
    CASES.put(
        "no row of features",
        graph -> {
          graph.addVertex("odd", new L2NormalizeVertex(), "conv1");
          head(graph, "odd");
        });
    CASES.put(
        "L2Vertex",
        graph -> {
          layer(graph, "one", dense(6).build(), "conv1");
          layer(graph, "two", dense(6).build(), "conv1");
          graph.addVertex("odd", new L2Vertex(), "one", "two");
          head(graph, "odd");
        });
  }

  @ParameterizedTest
  @MethodSource("cases")
  void anUnknownKindIsRefusedByName(String what) {
    Network network = LayerCases.around(what, CASES.get(what));
    assertThatThrownBy(() -> TORCH.open(network, 1))
        .isInstanceOf(SettingsException.class)
        .hasMessageMatching("(?s).*'(odd|out)'.*")
        .hasMessageContaining(what)
        .hasMessageContaining("choose engine 'nd4j'");
  }

  static List<String> cases() {
    return List.copyOf(CASES.keySet());
  }

  @Test
  void anUnknownUpdaterIsRefusedByName() {
    assertThatThrownBy(() -> TORCH.open(LayerCases.updater(new AMSGrad(0.01)), 1))
        .isInstanceOf(SettingsException.class)
        .hasMessageContaining("AMSGrad");
  }

  @Test
  void whoAsksForTorchHearsItBeforeTheNetworkOpensAnywhereElse() {
    Network odd = LayerCases.around("odd", CASES.get("AutoEncoder"));
    for (Precision precision : Precision.values()) {
      assertThatThrownBy(() -> Engines.forNetwork("torch", precision, odd))
          .isInstanceOf(SettingsException.class)
          .hasMessageContaining("'odd' (AutoEncoder)");
    }
    assertThat(Engines.forNetwork("nd4j", Precision.FP32, odd).name()).isEqualTo("nd4j");
  }

  @Test
  void autoTakesNd4jForWhatTorchDoesNotKnow() {
    Network odd = LayerCases.around("odd", CASES.get("AutoEncoder"));
    assertThat(Engines.forNetwork("auto", Precision.FP32, odd).name()).isEqualTo("nd4j");
    assertThatThrownBy(() -> Engines.forNetwork("auto", Precision.BF16, odd))
        .isInstanceOf(SettingsException.class)
        .hasMessageContaining("computes in fp32 only");
    Network known = LayerCases.network("deconvolution");
    assertThat(Engines.forNetwork("auto", Precision.FP32, known).name()).isEqualTo("torch");
  }

  private static void odd(String what, Layer layer) {
    CASES.put(
        what,
        graph -> {
          layer(graph, "odd", layer, "conv1");
          head(graph, "odd");
        });
  }

  private static void loss(String what, ILossFunction loss) {
    CASES.put(
        what,
        graph ->
            layer(
                graph,
                "out",
                new OutputLayer.Builder(loss).nOut(3).activation(Activation.SOFTMAX).build(),
                "conv1"));
  }
}
