package org.meanfield.export;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration.GraphBuilder;
import org.deeplearning4j.nn.conf.ConvolutionMode;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.graph.ElementWiseVertex;
import org.deeplearning4j.nn.conf.graph.GraphVertex;
import org.deeplearning4j.nn.conf.graph.MergeVertex;
import org.deeplearning4j.nn.conf.graph.PreprocessorVertex;
import org.deeplearning4j.nn.conf.graph.ScaleVertex;
import org.deeplearning4j.nn.conf.graph.ShiftVertex;
import org.deeplearning4j.nn.conf.graph.SubsetVertex;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.ActivationLayer;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.DepthwiseConvolution2D;
import org.deeplearning4j.nn.conf.layers.DropoutLayer;
import org.deeplearning4j.nn.conf.layers.GlobalPoolingLayer;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.LocalResponseNormalization;
import org.deeplearning4j.nn.conf.layers.LossLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.conf.layers.PoolingType;
import org.deeplearning4j.nn.conf.layers.SeparableConvolution2D;
import org.deeplearning4j.nn.conf.layers.SubsamplingLayer;
import org.deeplearning4j.nn.conf.layers.Upsampling2D;
import org.deeplearning4j.nn.conf.layers.ZeroPaddingLayer;
import org.deeplearning4j.nn.conf.layers.convolutional.Cropping2D;
import org.deeplearning4j.nn.conf.layers.misc.FrozenLayer;
import org.deeplearning4j.nn.conf.preprocessor.CnnToFeedForwardPreProcessor;
import org.deeplearning4j.nn.weights.WeightInit;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.meanfield.data.ClassIndex;
import org.meanfield.data.ImageSpec;
import org.meanfield.model.Network;
import org.nd4j.linalg.activations.Activation;

/** Each translator on a graph around it, against DL4J itself. */
class LayerTranslationTest {
  private static final int SIDE = 9;
  private static final String BEFORE = "before";
  private static final Map<String, UnaryOperator<GraphBuilder>> CASES = new LinkedHashMap<>();

  static {
    for (ConvolutionMode mode : List.of(ConvolutionMode.Truncate, ConvolutionMode.Same)) {
      convolution("conv " + mode, mode, 3, 2, 1);
      convolution("conv even " + mode, mode, 4, 3, 1);
      convolution("conv dilated " + mode, mode, 3, 1, 2);
      pool("max " + mode, pooling(SubsamplingLayer.PoolingType.MAX, mode));
      pool("avg " + mode, pooling(SubsamplingLayer.PoolingType.AVG, mode));
    }
    convolution("conv strict", ConvolutionMode.Strict, 3, 2, 1);
    pool(
        "avg counting padding",
        pooling(SubsamplingLayer.PoolingType.AVG, ConvolutionMode.Truncate)
            .avgPoolIncludePadInDivisor(true));
    layer(
        "depthwise",
        new DepthwiseConvolution2D.Builder(3, 3).depthMultiplier(2).padding(1, 1).build());
    layer(
        "depthwise Same",
        new DepthwiseConvolution2D.Builder(3, 3)
            .depthMultiplier(3)
            .stride(2, 2)
            .hasBias(false)
            .convolutionMode(ConvolutionMode.Same)
            .build());
    layer(
        "separable",
        new SeparableConvolution2D.Builder(3, 3).depthMultiplier(2).nOut(5).padding(1, 1).build());
    layer("batch norm log", new BatchNormalization.Builder().useLogStd(true).build());
    layer("batch norm plain", new BatchNormalization.Builder().useLogStd(false).eps(1e-3).build());
    layer(
        "batch norm locked",
        new BatchNormalization.Builder().lockGammaBeta(true).gamma(1.5).beta(0.25).build());
    layer("lrn", new LocalResponseNormalization.Builder().n(3).k(1.5).alpha(0.3).beta(0.6).build());
    for (PoolingType type : PoolingType.values()) {
      layer("global " + type, new GlobalPoolingLayer.Builder(type).build());
    }
    layer("zero padding", new ZeroPaddingLayer.Builder(1, 2, 3, 0).build());
    layer("cropping", new Cropping2D.Builder(1, 0, 2, 3).build());
    layer("upsampling", new Upsampling2D.Builder().size(new int[] {2, 3}).build());
    layer("dropout", new DropoutLayer.Builder(0.5).build());
    layer("dense without bias", new DenseLayer.Builder().nOut(6).hasBias(false).build());
    layer(
        "frozen",
        new FrozenLayer(
            new ConvolutionLayer.Builder(3, 3).nOut(4).activation(Activation.TANH).build()));
    Stream.of(
            "IDENTITY,RELU,RELU6,LEAKYRELU,THRESHOLDEDRELU,ELU,SELU,SIGMOID,TANH,SOFTPLUS,SOFTSIGN,"
                .concat(
                    "HARDSIGMOID,HARDTANH,CUBE,SWISH,MISH,GELU,RECTIFIEDTANH,RATIONALTANH,SOFTMAX")
                .split(","))
        .map(Activation::valueOf)
        .forEach(
            activation ->
                layer(
                    "activation " + activation,
                    new ActivationLayer.Builder().activation(activation).build()));
    for (ElementWiseVertex.Op op : ElementWiseVertex.Op.values()) {
      join("element-wise " + op, new ElementWiseVertex(op));
    }
    join("merge", new MergeVertex());
    vertex("scale", new ScaleVertex(-0.7));
    vertex("shift", new ShiftVertex(0.4));
    CASES.put(
        "subset",
        graph ->
            head(
                graph
                    .addLayer("dense", new DenseLayer.Builder().nOut(6).build(), BEFORE)
                    .addVertex("tested", new SubsetVertex(1, 3), "dense")));
    vertex("preprocessor", new PreprocessorVertex(new CnnToFeedForwardPreProcessor(SIDE, SIDE, 4)));
    CASES.put(
        "loss layer",
        graph ->
            graph
                .addLayer(
                    "dense",
                    new DenseLayer.Builder().nOut(3).activation(Activation.IDENTITY).build(),
                    BEFORE)
                .addLayer(
                    "out",
                    new LossLayer.Builder().activation(Activation.SOFTMAX).build(),
                    "dense"));
  }

  static Stream<String> cases() {
    return CASES.keySet().stream();
  }

  @ParameterizedTest
  @MethodSource("cases")
  void agreesWithDl4j(String name) {
    ImageSpec spec = OnnxExporterTest.spec(SIDE, 3);
    GraphBuilder graph =
        new NeuralNetConfiguration.Builder()
            .seed(5)
            .weightInit(WeightInit.RELU)
            .graphBuilder()
            .addInputs("image")
            .setInputTypes(InputType.convolutional(SIDE, SIDE, 3));
    branch(graph, BEFORE);
    CASES.get(name).apply(graph).setOutputs("out");
    Network network =
        new Network(name, graph.build(), spec, new ClassIndex(List.of("a", "b", "c")));

    ExportCheck check =
        OnnxExporterTest.compare(
            RandomModels.of(network, 23), RandomModels.images(spec, 3, name.hashCode()));

    assertThat(check.maxDifference()).as(check.toString()).isLessThan(2e-5);
  }

  private static void convolution(
      String name, ConvolutionMode mode, int kernel, int stride, int dilation) {
    ConvolutionLayer.Builder layer =
        new ConvolutionLayer.Builder(kernel, kernel)
            .stride(stride, stride)
            .dilation(dilation, dilation)
            .convolutionMode(mode)
            .activation(Activation.TANH)
            .nOut(5);
    layer(name, (mode == ConvolutionMode.Same ? layer : layer.padding(1, 1)).build());
  }

  private static SubsamplingLayer.Builder pooling(
      SubsamplingLayer.PoolingType type, ConvolutionMode mode) {
    SubsamplingLayer.Builder layer =
        new SubsamplingLayer.Builder(type).kernelSize(3, 3).stride(2, 2).convolutionMode(mode);
    return mode == ConvolutionMode.Same ? layer : layer.padding(1, 1);
  }

  private static void pool(String name, SubsamplingLayer.Builder builder) {
    layer(name, builder.build());
  }

  private static void layer(String name, Layer layer) {
    CASES.put(name, graph -> head(graph.addLayer("tested", layer, BEFORE)));
  }

  private static void vertex(String name, GraphVertex vertex) {
    CASES.put(name, graph -> head(graph.addVertex("tested", vertex, BEFORE)));
  }

  /** A vertex that joins two different branches. */
  private static void join(String name, GraphVertex vertex) {
    CASES.put(
        name, graph -> head(branch(graph, "other").addVertex("tested", vertex, BEFORE, "other")));
  }

  private static GraphBuilder branch(GraphBuilder graph, String name) {
    return graph.addLayer(
        name,
        new ConvolutionLayer.Builder(1, 1).nOut(4).activation(Activation.IDENTITY).build(),
        "image");
  }

  private static GraphBuilder head(GraphBuilder graph) {
    return graph.addLayer(
        "out", new OutputLayer.Builder().nOut(3).activation(Activation.SOFTMAX).build(), "tested");
  }
}
