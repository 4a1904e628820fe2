package org.meanfield.engine.nd4j;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.graph.vertex.GraphVertex;
import org.meanfield.model.FloatVector;
import org.meanfield.model.Network;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Where each layer's weights lie in a network's flat parameter vector, as DL4J itself lays them
 * out.
 */
public final class ParameterLayout {
  private final Map<String, Map<String, Slice>> byLayer;

  private ParameterLayout(Map<String, Map<String, Slice>> byLayer) {
    this.byLayer = byLayer;
  }

  /** Asks DL4J; allocates the network once and frees it. */
  public static ParameterLayout of(Network network) {
    NativeBackend.load();
    ComputationGraph graph = new ComputationGraph(network.configuration());
    graph.init();
    try {
      long base = graph.params().offset();
      Map<String, Map<String, Slice>> byLayer = new LinkedHashMap<>();
      for (GraphVertex vertex : graph.getVertices()) {
        Map<String, Slice> slices = new LinkedHashMap<>();
        if (vertex.numParams() > 0) {
          vertex.paramTable(false).forEach((name, view) -> slices.put(name, Slice.of(view, base)));
        }
        byLayer.put(vertex.getVertexName(), slices);
      }
      return new ParameterLayout(byLayer);
    } finally {
      NetworkMemory.free(graph);
    }
  }

  /**
   * A layer's parameters by DL4J's names, e.g. {@code W} and {@code b}; empty where it has none.
   */
  public Map<String, Slice> of(String layer) {
    return Map.copyOf(byLayer.getOrDefault(layer, Map.of()));
  }

  /**
   * One parameter of one layer.
   *
   * @param offset of its first value in the flat vector
   * @param shape its dimensions
   * @param strides in values, by dimension: DL4J keeps dense weights column by column
   */
  public record Slice(long offset, List<Long> shape, List<Long> strides) {

    static Slice of(INDArray view, long base) {
      return new Slice(view.offset() - base, boxed(view.shape()), boxed(view.stride()));
    }

    /** Number of values. */
    public int size() {
      return (int) shape.stream().mapToLong(Long::longValue).reduce(1, (a, b) -> a * b);
    }

    /**
     * The values with the dimensions in another order, row by row.
     *
     * @param parameters the flat vector
     * @param order a permutation of the dimensions: {@code (1, 0)} transposes
     */
    public FloatVector read(FloatVector parameters, int... order) {
      float[] values = new float[size()];
      long[] position = new long[order.length];
      for (int i = 0; i < values.length; i++) {
        long at = offset;
        for (int d = 0; d < order.length; d++) {
          at += position[d] * strides.get(order[d]);
        }
        values[i] = parameters.get((int) at);
        for (int d = order.length - 1; d >= 0; d--) {
          if (++position[d] < shape.get(order[d])) {
            break;
          }
          position[d] = 0;
        }
      }
      return FloatVector.wrap(values);
    }

    private static List<Long> boxed(long[] values) {
      return Arrays.stream(values).boxed().toList();
    }
  }
}
