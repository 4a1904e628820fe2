package org.meanfield.engine.torch;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration.GraphBuilder;
import org.deeplearning4j.nn.conf.ConvolutionMode;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.graph.ElementWiseVertex;
import org.deeplearning4j.nn.conf.graph.L2NormalizeVertex;
import org.deeplearning4j.nn.conf.graph.MergeVertex;
import org.deeplearning4j.nn.conf.graph.PoolHelperVertex;
import org.deeplearning4j.nn.conf.graph.PreprocessorVertex;
import org.deeplearning4j.nn.conf.graph.ScaleVertex;
import org.deeplearning4j.nn.conf.graph.ShiftVertex;
import org.deeplearning4j.nn.conf.graph.SubsetVertex;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.ActivationLayer;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.conf.layers.CenterLossOutputLayer;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.Deconvolution2D;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.DepthwiseConvolution2D;
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
import org.deeplearning4j.nn.conf.layers.misc.FrozenLayerWithBackprop;
import org.deeplearning4j.nn.conf.preprocessor.CnnToFeedForwardPreProcessor;
import org.deeplearning4j.nn.conf.preprocessor.FeedForwardToCnnPreProcessor;
import org.deeplearning4j.nn.weights.WeightInit;
import org.meanfield.data.ClassIndex;
import org.meanfield.data.ImageSpec;
import org.meanfield.data.Normalization;
import org.meanfield.data.ResizePolicy;
import org.meanfield.model.Network;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.learning.config.Adam;
import org.nd4j.linalg.learning.config.IUpdater;
import org.nd4j.linalg.learning.config.Nesterovs;
import org.nd4j.linalg.learning.config.RmsProp;
import org.nd4j.linalg.learning.config.Sgd;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;

/** A small network around each kind of layer. */
final class LayerCases {
  private static final int SIZE = 9;
  private static final Map<String, Consumer<GraphBuilder>> CASES = new LinkedHashMap<>();

  static {
    convolutions();
    poolings();
    normalisations();
    shapes();
    vertices();
    outputs();
  }

  private LayerCases() {}

  /** The names of all cases. */
  static List<String> names() {
    return List.copyOf(CASES.keySet());
  }

  /** The network of a case. */
  static Network network(String name) {
    return around(name, CASES.get(name));
  }

  /** A network with one activation function, in a layer of its own and after a convolution. */
  static Network activation(Activation activation) {
    return around(
        activation.name(),
        graph -> {
          graph.addLayer(
              "act", new ActivationLayer.Builder().activation(activation).build(), "conv1");
          layer(graph, "conv2", conv(3, 3).activation(activation).build(), "act");
          head(graph, "conv2");
        });
  }

  /** A network with convolution, batch norm and dense layers, trained by an updater. */
  static Network updater(IUpdater updater) {
    return network("batch norm, variance", updater);
  }

  /** The network of a case, trained by an updater. */
  static Network network(String name, IUpdater updater) {
    return network(name, CASES.get(name), configuration -> configuration.updater(updater));
  }

  /** The network of a case, trained as {@code recipe} says. */
  static Network network(String name, Consumer<NeuralNetConfiguration.Builder> recipe) {
    return network(name, CASES.get(name), recipe);
  }

  /** A network around something else. */
  static Network around(String name, Consumer<GraphBuilder> body) {
    return network(name, body, LayerCases::plainly);
  }

  private static void plainly(NeuralNetConfiguration.Builder configuration) {
    configuration.updater(new Nesterovs(0.02, 0.9));
  }

  private static void convolutions() {
    chain("convolution Same", conv(3, 3).convolutionMode(ConvolutionMode.Same).build());
    chain(
        "convolution Same, even kernel, stride 2",
        conv(4, 4).stride(2, 2).convolutionMode(ConvolutionMode.Same).build());
    chain(
        "convolution Truncate, padded, stride 2, oblong",
        conv(3, 2).stride(2, 1).padding(1, 0).build());
    chain(
        "convolution Strict",
        conv(3, 3).stride(2, 2).convolutionMode(ConvolutionMode.Strict).build());
    chain("convolution dilated", conv(3, 3).dilation(2, 2).build());
    chain("convolution without bias", conv(1, 1).hasBias(false).build());
    chain(
        "depthwise convolution",
        new DepthwiseConvolution2D.Builder(3, 3)
            .depthMultiplier(2)
            .nOut(8)
            .convolutionMode(ConvolutionMode.Same)
            .build());
    chain(
        "depthwise convolution Truncate, stride 2, without bias",
        new DepthwiseConvolution2D.Builder(3, 3)
            .depthMultiplier(1)
            .nOut(4)
            .stride(2, 2)
            .padding(1, 1)
            .hasBias(false)
            .build());
    chain(
        "separable convolution Same, dilated",
        new SeparableConvolution2D.Builder(3, 3)
            .depthMultiplier(2)
            .nOut(5)
            .dilation(2, 2)
            .convolutionMode(ConvolutionMode.Same)
            .build());
    chain(
        "separable convolution",
        new SeparableConvolution2D.Builder(3, 3).depthMultiplier(2).nOut(5).stride(2, 2).build());
    chain("deconvolution", new Deconvolution2D.Builder(3, 3).nOut(3).stride(2, 2).build());
    chain(
        "deconvolution Same",
        new Deconvolution2D.Builder(3, 3)
            .nOut(3)
            .stride(2, 2)
            .convolutionMode(ConvolutionMode.Same)
            .build());
    chain(
        "deconvolution padded",
        new Deconvolution2D.Builder(4, 4).nOut(3).stride(2, 2).padding(1, 1).build());
  }

  private static void poolings() {
    for (PoolingType type :
        new PoolingType[] {PoolingType.MAX, PoolingType.AVG, PoolingType.PNORM}) {
      chain("pooling " + type, pool(type).build());
      chain("pooling Same " + type, pool(type).convolutionMode(ConvolutionMode.Same).build());
      chain("pooling padded " + type, pool(type).padding(1, 1).build());
    }
    for (PoolingType type : PoolingType.values()) {
      chain("global pooling " + type, new GlobalPoolingLayer.Builder(type).pnorm(2).build());
    }
  }

  private static void normalisations() {
    chain("batch norm, log10 of the deviation", new BatchNormalization.Builder().build());
    chain("batch norm, slower", new BatchNormalization.Builder().decay(0.6).eps(1e-3).build());
    chain("batch norm, variance", new BatchNormalization.Builder().useLogStd(false).build());
    chain(
        "batch norm, locked",
        new BatchNormalization.Builder().lockGammaBeta(true).gamma(1.5).beta(0.5).build());
    chain(
        "local response normalisation",
        new LocalResponseNormalization.Builder().n(3).alpha(0.01).build());
    chain("zero padding", new ZeroPaddingLayer.Builder(1, 2, 0, 3).build());
    chain("cropping", new Cropping2D.Builder(1, 0, 2, 1).build());
    chain("upsampling", new Upsampling2D.Builder(2).build());
    chain("upsampling, oblong", new Upsampling2D.Builder(2).size(new int[] {2, 3}).build());
  }

  private static void shapes() {
    chain("dense without bias", dense(6).hasBias(false).build());
    chain("batch norm of vectors", dense(6).build(), new BatchNormalization.Builder().build());
    chain(
        "updaters of their own",
        dense(6).updater(new Adam(0.01)).build(),
        dense(5).biasUpdater(new Sgd(0.1)).build(),
        dense(4).updater(new RmsProp(0.01)).build());
    chain("frozen, with a way back", new FrozenLayerWithBackprop(conv(3, 3).build()));
    CASES.put(
        "vectors made images",
        graph -> {
          layer(graph, "dense", dense(50).build(), "conv1");
          var images = new FeedForwardToCnnPreProcessor(5, 5, 2);
          graph.addLayer("last", conv(3, 3).build(), images, "dense");
          head(graph, "last");
        });
    CASES.put(
        "images made vectors by a vertex",
        graph -> {
          var vectors = new CnnToFeedForwardPreProcessor(7, 7, 4);
          graph.addVertex("flat", new PreprocessorVertex(vectors), "conv1");
          layer(graph, "last", dense(6).nIn(196).build(), "flat");
          head(graph, "last");
        });
  }

  private static void vertices() {
    for (ElementWiseVertex.Op op : ElementWiseVertex.Op.values()) {
      CASES.put(
          "element-wise " + op,
          graph -> {
            layer(graph, "other", conv(3, 3).build(), "image");
            graph.addVertex("last", new ElementWiseVertex(op), "conv1", "other");
            head(graph, "last");
          });
    }
    for (ElementWiseVertex.Op op :
        new ElementWiseVertex.Op[] {
          ElementWiseVertex.Op.Add, ElementWiseVertex.Op.Average, ElementWiseVertex.Op.Product
        }) {
      CASES.put(
          "element-wise " + op + " of three",
          graph -> {
            layer(graph, "other", conv(3, 3).build(), "image");
            layer(graph, "third", conv(3, 3).build(), "image");
            graph.addVertex("last", new ElementWiseVertex(op), "conv1", "other", "third");
            head(graph, "last");
          });
    }
    CASES.put(
        "merge and subset", // of vectors: DL4J derives a wrong shape for a subset of channels
        graph -> {
          layer(graph, "other", conv(3, 3).build(), "image");
          graph.addVertex("merge", new MergeVertex(), "conv1", "other");
          layer(graph, "dense", dense(8).build(), "merge");
          graph.addVertex("last", new SubsetVertex(2, 6), "dense");
          head(graph, "last");
        });
    CASES.put(
        "scale and shift",
        graph -> {
          graph.addVertex("scale", new ScaleVertex(0.7), "conv1");
          graph.addVertex("last", new ShiftVertex(0.3), "scale");
          head(graph, "last");
        });
    CASES.put(
        "vectors of length 1",
        graph -> {
          layer(graph, "dense", dense(6).build(), "conv1");
          graph.addVertex("last", new L2NormalizeVertex(), "dense");
          head(graph, "last");
        });
    CASES.put(
        "first row and column left out",
        graph -> {
          graph.addVertex("less", new PoolHelperVertex(), "conv1");
          layer(graph, "last", new GlobalPoolingLayer.Builder(PoolingType.AVG).build(), "less");
          head(graph, "last");
        });
  }

  private static void outputs() {
    CASES.put(
        "output, with center loss",
        graph ->
            layer(
                graph,
                "out",
                new CenterLossOutputLayer.Builder()
                    .lossFunction(LossFunction.MCXENT)
                    .activation(Activation.SOFTMAX)
                    .alpha(0.5)
                    .lambda(0.1)
                    .nOut(3)
                    .build(),
                "conv1"));
    CASES.put(
        "cross-entropy of sigmoids",
        graph -> {
          graph.validateOutputLayerConfig(false); // DL4J takes it for a mistake
          output(graph, Activation.SIGMOID, LossFunction.MCXENT);
        });
    CASES.put(
        "binary cross-entropy", graph -> output(graph, Activation.SIGMOID, LossFunction.XENT));
    CASES.put("squared error", graph -> output(graph, Activation.TANH, LossFunction.MSE));
    CASES.put("sum of squares", graph -> output(graph, Activation.IDENTITY, LossFunction.L2));
    CASES.put(
        "a loss layer",
        graph -> {
          layer(graph, "dense", dense(3).build(), "conv1");
          layer(
              graph,
              "out",
              new LossLayer.Builder(LossFunction.NEGATIVELOGLIKELIHOOD)
                  .activation(Activation.SOFTMAX)
                  .build(),
              "dense");
        });
  }

  private static void chain(String name, Layer... layers) {
    CASES.put(
        name,
        graph -> {
          String last = "conv1";
          for (int i = 0; i < layers.length; i++) {
            layer(graph, "layer" + i, layers[i], last);
            last = "layer" + i;
          }
          head(graph, last);
        });
  }

  private static void output(GraphBuilder graph, Activation activation, LossFunction loss) {
    layer(
        graph,
        "out",
        new OutputLayer.Builder(loss).nOut(3).activation(activation).build(),
        "conv1");
  }

  static void head(GraphBuilder graph, String last) {
    layer(
        graph,
        "out",
        new OutputLayer.Builder(LossFunction.MCXENT).nOut(3).activation(Activation.SOFTMAX).build(),
        last);
  }

  static void layer(GraphBuilder graph, String name, Layer layer, String input) {
    graph.addLayer(name, layer.clone(), input); // the builder writes into what it is given
  }

  static ConvolutionLayer.Builder conv(int height, int width) {
    return new ConvolutionLayer.Builder(height, width).nOut(4);
  }

  static DenseLayer.Builder dense(int outputs) {
    return new DenseLayer.Builder().nOut(outputs);
  }

  static SubsamplingLayer.Builder pool(PoolingType type) {
    return new SubsamplingLayer.Builder(type).kernelSize(3, 3).stride(2, 2).pnorm(2);
  }

  private static Network network(
      String name, Consumer<GraphBuilder> body, Consumer<NeuralNetConfiguration.Builder> recipe) {
    NeuralNetConfiguration.Builder configuration =
        new NeuralNetConfiguration.Builder()
            .seed(3)
            .weightInit(WeightInit.XAVIER)
            .activation(Activation.TANH)
            .convolutionMode(ConvolutionMode.Truncate);
    recipe.accept(configuration);
    GraphBuilder graph =
        configuration
            .graphBuilder()
            .addInputs("image")
            .setInputTypes(InputType.convolutional(SIZE, SIZE, 3));
    layer(graph, "conv1", conv(3, 3).build(), "image");
    body.accept(graph);
    graph.setOutputs("out");
    return new Network(
        name,
        graph.build(),
        new ImageSpec(SIZE, SIZE, 3, ResizePolicy.STRETCH, Normalization.unitRange(3)),
        new ClassIndex(List.of("ant", "bee", "cat")));
  }
}
