package org.meanfield.engine.torch;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.graph.FrozenVertex;
import org.deeplearning4j.nn.conf.graph.GraphVertex;
import org.deeplearning4j.nn.conf.graph.LayerVertex;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.BaseLayer;
import org.deeplearning4j.nn.conf.layers.BaseOutputLayer;
import org.deeplearning4j.nn.conf.layers.CenterLossOutputLayer;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.LossLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.conf.layers.misc.FrozenLayer;
import org.deeplearning4j.nn.conf.layers.misc.FrozenLayerWithBackprop;
import org.meanfield.data.ImageSpec;
import org.meanfield.engine.nd4j.GraphLayout;
import org.meanfield.engine.torch.FlatMemory.Learning;
import org.meanfield.error.SettingsException;
import org.meanfield.model.Network;

/** Turns a DL4J configuration into operations on a network's flat memory. */
final class GraphCompiler {
  private final ComputationGraphConfiguration configuration;
  private final GraphLayout layout;
  private final FlatMemory memory;
  private final Map<String, InputType> shapes;
  private final List<BatchNorm> batchNorms = new ArrayList<>();
  private Loss loss;

  private GraphCompiler(Network network, GraphLayout layout, FlatMemory memory) {
    this.configuration = network.configuration();
    this.layout = layout;
    this.memory = memory;
    this.shapes = shapes(network);
  }

  /** Errors: whatever this engine does not run, by the layer's name. */
  static CompiledGraph compile(Network network, GraphLayout layout, FlatMemory memory) {
    return new GraphCompiler(network, layout, memory).compile();
  }

  private CompiledGraph compile() {
    String output = only("outputs", configuration.getNetworkOutputs());
    String input = only("inputs", configuration.getNetworkInputs());
    Map<String, Integer> slots = new HashMap<>(Map.of(input, 0));
    List<int[]> reads = new ArrayList<>();
    List<Operation> operations = new ArrayList<>();
    for (String name : layout.order()) {
      if (!name.equals(input) && !name.equals(output)) {
        add(name, slots, reads, operations);
      }
    }
    add(output, slots, reads, operations); // last, wherever DL4J's order has it
    return new CompiledGraph(nodes(reads, operations), batchNorms, loss);
  }

  private void add(
      String name, Map<String, Integer> slots, List<int[]> reads, List<Operation> operations) {
    GraphVertex vertex = configuration.getVertices().get(name);
    reads.add(configuration.getVertexInputs().get(name).stream().mapToInt(slots::get).toArray());
    operations.add(operation(name, vertex));
    slots.put(name, operations.size());
  }

  private static List<CompiledGraph.Node> nodes(List<int[]> reads, List<Operation> operations) {
    int[] lastReader = new int[reads.size() + 1];
    for (int node = 0; node < reads.size(); node++) {
      for (int slot : reads.get(node)) {
        lastReader[slot] = node;
      }
    }
    List<CompiledGraph.Node> nodes = new ArrayList<>();
    for (int node = 0; node < reads.size(); node++) {
      int reader = node;
      int[] lastUses =
          Arrays.stream(reads.get(node))
              .distinct()
              .filter(slot -> lastReader[slot] == reader)
              .toArray();
      nodes.add(new CompiledGraph.Node(reads.get(node), lastUses, operations.get(node)));
    }
    return nodes;
  }

  private Operation operation(String name, GraphVertex vertex) {
    if (vertex instanceof FrozenVertex frozen) {
      return frozen(operation(name, frozen.getUnderlying()));
    }
    if (!(vertex instanceof LayerVertex layerVertex)) {
      return Vertices.of(
          name, vertex, shapes.get(configuration.getVertexInputs().get(name).get(0)));
    }
    Layer layer = layerVertex.getLayerConf().getLayer();
    if (layer instanceof FrozenLayer frozen) {
      return frozen(chain(name, layerVertex, frozen.getLayer(), Learning.FIXED));
    } else if (layer instanceof FrozenLayerWithBackprop frozen) {
      Operation inner = chain(name, layerVertex, frozen.getUnderlying(), Learning.FIXED);
      return (inputs, pass) -> inner.forward(inputs, pass.asInference());
    }
    return chain(name, layerVertex, layer, Learning.TRAINED);
  }

  /** As in inference, and nothing goes back through it. */
  private static Operation frozen(Operation operation) {
    return (inputs, pass) ->
        Native.withoutGradient(() -> operation.forward(inputs, pass.asInference()));
  }

  private Operation chain(String name, LayerVertex vertex, Layer layer, Learning learning) {
    check(name, layer);
    LayerSite site =
        new LayerSite(name, layer, inputOf(name, vertex), memory, layout.of(name), learning);
    List<Stage> stages = new ArrayList<>(Reshapings.preprocessor(name, vertex.getPreProcessor()));
    if (configuration.getNetworkOutputs().contains(name)) {
      stages.addAll(output(site, layer));
    } else {
      Stages.add(site, layer, stages, batchNorms);
    }
    return Operation.chain(stages);
  }

  private List<Stage> output(LayerSite site, Layer layer) {
    List<Stage> stages = new ArrayList<>();
    if (layer.getClass() == OutputLayer.class) {
      BaseOutputLayer output = (BaseOutputLayer) layer;
      loss = Loss.of(site.name(), output.getActivationFn(), output.getLossFn());
      stages.addAll(Dropout.of(site.name(), layer.getIDropout()));
      stages.add(new Dense(site));
    } else if (layer instanceof CenterLossOutputLayer output) {
      CenterLoss centers = new CenterLoss(site, output);
      loss = Loss.of(site.name(), output.getActivationFn(), output.getLossFn()).with(centers);
      stages.addAll(Dropout.of(site.name(), layer.getIDropout()));
      stages.add(centers);
      stages.add(new Dense(site));
    } else if (layer instanceof LossLayer output) {
      loss = Loss.of(site.name(), output.getActivationFn(), output.getLossFn());
    } else {
      throw Refusal.of(site.name(), layer, "an output layer that is not known");
    }
    return stages;
  }

  private static void check(String name, Layer layer) {
    Refusal.unless(
        layer.getConstraints() == null || layer.getConstraints().isEmpty(),
        name,
        layer,
        "constraints on parameters");
    if (layer instanceof BaseLayer base) {
      Refusal.unless(base.getWeightNoise() == null, name, layer, "weight noise");
    }
  }

  private InputType inputOf(String name, LayerVertex vertex) {
    InputType before = shapes.get(configuration.getVertexInputs().get(name).get(0));
    return vertex.getPreProcessor() == null
        ? before
        : vertex.getPreProcessor().getOutputType(before);
  }

  /** What comes out of each vertex. On a copy: DL4J writes into what it asks. */
  private static Map<String, InputType> shapes(Network network) {
    ComputationGraphConfiguration copy = network.configuration();
    ImageSpec images = network.imageSpec();
    InputType input = InputType.convolutional(images.height(), images.width(), images.channels());
    Map<String, InputType> shapes = new HashMap<>(copy.getLayerActivationTypes(input));
    shapes.put(copy.getNetworkInputs().get(0), input);
    return shapes;
  }

  private static String only(String what, List<String> names) {
    if (names.size() != 1) {
      throw new SettingsException(
          "Engine 'torch' runs networks with one input and one output, found "
              + names.size()
              + " "
              + what
              + ": "
              + names
              + "; choose engine 'nd4j'");
    }
    return names.get(0);
  }
}
