package org.meanfield.engine.nd4j;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.deeplearning4j.nn.api.Trainable;
import org.deeplearning4j.nn.conf.GradientNormalization;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.graph.vertex.GraphVertex;
import org.deeplearning4j.nn.updater.UpdaterBlock;
import org.meanfield.engine.nd4j.ParameterLayout.Slice;
import org.meanfield.model.Network;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.learning.config.IUpdater;
import org.nd4j.linalg.learning.regularization.Regularization;

/**
 * How DL4J itself orders a network's vertices, lays out its parameters and updater state, and
 * groups parameters for the updaters: all that another engine must agree on for a state to mean the
 * same to both.
 *
 * @param order the vertices in DL4J's topological order, network inputs included
 * @param parameters in the order of the flat vector
 * @param limits on the gradients, one for each vertex that has any
 * @param blocks runs of parameters with one updater, in order
 * @param parameterCount length of the flat parameter vector
 * @param stateCount length of the updater-state vector
 */
public record GraphLayout(
    List<String> order,
    List<Parameter> parameters,
    List<Limit> limits,
    List<Block> blocks,
    long parameterCount,
    long stateCount) {

  /** Copies the lists. */
  public GraphLayout {
    order = List.copyOf(order);
    parameters = List.copyOf(parameters);
    limits = List.copyOf(limits);
    blocks = List.copyOf(blocks);
  }

  /** Asks DL4J; allocates the network once and frees it. */
  public static GraphLayout of(Network network) {
    NativeBackend.load();
    ComputationGraph graph = new ComputationGraph(network.configuration());
    graph.init();
    try {
      List<UpdaterBlock> blocks = graph.getUpdater().getUpdaterBlocks();
      INDArray state = graph.getUpdater().getUpdaterStateViewArray();
      return new GraphLayout(
          order(graph),
          parameters(graph),
          limits(blocks),
          blocks.stream().map(Block::of).toList(),
          graph.params().length(),
          state == null ? 0 : state.length());
    } finally {
      NetworkMemory.free(graph);
    }
  }

  private static List<String> order(ComputationGraph graph) {
    List<String> order = new ArrayList<>();
    for (int index : graph.topologicalSortOrder()) {
      order.add(graph.getVertices()[index].getVertexName());
    }
    return order;
  }

  private static List<Parameter> parameters(ComputationGraph graph) {
    long base = graph.params().offset();
    List<Parameter> parameters = new ArrayList<>();
    for (int index : graph.topologicalSortOrder()) {
      GraphVertex vertex = graph.getVertices()[index];
      if (vertex.numParams() > 0) {
        vertex
            .paramTable(false)
            .forEach(
                (name, view) ->
                    parameters.add(
                        new Parameter(vertex.getVertexName(), name, Slice.of(view, base))));
      }
    }
    return parameters;
  }

  /** One for each vertex: a block may begin or end in the middle of one. */
  private static List<Limit> limits(List<UpdaterBlock> blocks) {
    Map<Trainable, List<Range>> ranges = new LinkedHashMap<>();
    for (UpdaterBlock block : blocks) {
      for (UpdaterBlock.ParamState part : block.getLayersAndVariablesInBlock()) {
        ranges
            .computeIfAbsent(part.getLayer(), vertex -> new ArrayList<>())
            .add(new Range(part.getParamOffsetStart(), part.getParamOffsetEnd()));
      }
    }
    List<Limit> limits = new ArrayList<>();
    ranges.forEach(
        (vertex, parts) -> {
          GradientNormalization kind = vertex.getConfig().getGradientNormalization();
          if (kind != null && kind != GradientNormalization.None) {
            limits.add(
                new Limit(kind, vertex.getConfig().getGradientNormalizationThreshold(), parts));
          }
        });
    return limits;
  }

  /** The parameters of one vertex by DL4J's names. */
  public Map<String, Slice> of(String vertex) {
    Map<String, Slice> found = new LinkedHashMap<>();
    for (Parameter parameter : parameters) {
      if (parameter.vertex().equals(vertex)) {
        found.put(parameter.name(), parameter.slice());
      }
    }
    return found;
  }

  /** The vertices that have parameters. */
  public Set<String> owners() {
    Set<String> owners = new LinkedHashSet<>();
    parameters.forEach(parameter -> owners.add(parameter.vertex()));
    return owners;
  }

  /**
   * One parameter of one vertex.
   *
   * @param vertex the vertex's name
   * @param name DL4J's, e.g. {@code W}
   * @param slice where it lies
   */
  public record Parameter(String vertex, String name, Slice slice) {}

  /** The values {@code [from, to)} of a flat vector. */
  public record Range(long from, long to) {
    /** Number of values. */
    public long length() {
      return to - from;
    }
  }

  /**
   * A limit on one vertex's gradient.
   *
   * @param kind how the limit is applied
   * @param threshold its value
   * @param parameters the vertex's, adjacent and in order
   */
  public record Limit(GradientNormalization kind, double threshold, List<Range> parameters) {
    /** Copies the list. */
    public Limit {
      parameters = List.copyOf(parameters);
    }

    /** From the first parameter's first value to the last one's last. */
    public Range whole() {
      return new Range(parameters.get(0).from(), parameters.get(parameters.size() - 1).to());
    }
  }

  /**
   * Adjacent parameters with one updater. The updater's state lies in one piece, each kind of it
   * for the whole block.
   *
   * @param updater the formula and its coefficients
   * @param parameters in the parameter vector
   * @param state in the updater-state vector; empty range where the updater has none
   * @param penalties on single parameters
   */
  public record Block(IUpdater updater, Range parameters, Range state, List<Penalty> penalties) {
    /** Copies the list. */
    public Block {
      penalties = List.copyOf(penalties);
    }

    private static Block of(UpdaterBlock block) {
      List<Penalty> penalties = new ArrayList<>();
      for (UpdaterBlock.ParamState part : block.getLayersAndVariablesInBlock()) {
        List<Regularization> terms =
            part.getLayer().getConfig().getRegularizationByParam(part.getParamName());
        if (terms != null) {
          Range range = new Range(part.getParamOffsetStart(), part.getParamOffsetEnd());
          terms.forEach(term -> penalties.add(new Penalty(term, range)));
        }
      }
      return new Block(
          block.getGradientUpdater().getConfig(),
          new Range(block.getParamOffsetStart(), block.getParamOffsetEnd()),
          new Range(block.getUpdaterViewOffsetStart(), block.getUpdaterViewOffsetEnd()),
          penalties);
    }
  }

  /**
   * L1, L2 or weight decay on one parameter.
   *
   * @param term formula and coefficient
   * @param parameter where it lies
   */
  public record Penalty(Regularization term, Range parameter) {}
}
