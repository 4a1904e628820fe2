package org.meanfield.engine.torch;

import java.util.List;
import java.util.Map;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.inputs.InputType.InputTypeConvolutional;
import org.meanfield.engine.nd4j.ParameterLayout.Slice;
import org.meanfield.engine.torch.FlatMemory.Learning;

/**
 * Where a layer is being built: its name, what comes in, and its parameters.
 *
 * @param name the vertex's name
 * @param layer its configuration, for messages
 * @param input shape of one example after the preprocessor
 * @param memory of the network
 * @param slices its parameters by DL4J's names
 * @param learning whether its parameters are on the gradient tape
 */
record LayerSite(
    String name,
    Object layer,
    InputType input,
    FlatMemory memory,
    Map<String, Slice> slices,
    Learning learning) {

  /** The input as images. Errors: anything else. */
  InputTypeConvolutional image() {
    if (input instanceof InputTypeConvolutional image) {
      return image;
    }
    throw Refusal.of(name, layer, "its input is " + input + ", not images");
  }

  boolean has(String parameter) {
    return slices.containsKey(parameter);
  }

  /** A parameter in DL4J's shape. */
  Parameter parameter(String parameter) {
    Slice slice = slices.get(parameter);
    return memory.parameter(slice, longs(slice.shape()), longs(slice.strides()), learning);
  }

  /** A parameter of one dimension, which DL4J keeps as a row. */
  Parameter vector(String parameter) {
    Slice slice = slices.get(parameter);
    return memory.parameter(slice, new long[] {slice.size()}, new long[] {1}, learning);
  }

  /** A vector that no gradient reaches, such as running statistics. */
  Parameter statistic(String parameter) {
    Slice slice = slices.get(parameter);
    return memory.parameter(slice, new long[] {slice.size()}, new long[] {1}, Learning.FIXED);
  }

  /**
   * A matrix {@code [in, out]} of DL4J, which keeps it column by column, as LibTorch's {@code [out,
   * in]}.
   */
  Parameter transposed(String parameter) {
    Slice slice = slices.get(parameter);
    long[] shape = {slice.shape().get(1), slice.shape().get(0)};
    long[] strides = {slice.strides().get(1), slice.strides().get(0)};
    return memory.parameter(slice, shape, strides, learning);
  }

  private static long[] longs(List<Long> values) {
    return values.stream().mapToLong(Long::longValue).toArray();
  }
}
