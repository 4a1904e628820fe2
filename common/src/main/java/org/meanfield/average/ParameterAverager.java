package org.meanfield.average;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import org.meanfield.model.ModelState;

/**
 * The example-weighted mean of replica states, updater state and batch-norm statistics included:
 * what every way to merge must give, in one process. A state counts as its codec gives it back; the
 * mean is {@link SliceMean}'s, or where only one state has examples that state; and the mean goes
 * through the codec as well, because it travels back.
 *
 * <p>Source: McMahan et al. 2017, "Communication-efficient learning of deep networks from
 * decentralized data", algorithm 1.
 */
public final class ParameterAverager {
  private ParameterAverager() {}

  /**
   * The mean of the states, weighted by examples.
   *
   * @param base last merged state, which all of them started from
   * @param states of one shape, at least one of them with examples
   */
  public static ModelState average(
      ModelState base, List<WeightedState> states, ExchangeCodec codec) {
    List<WeightedState> counted =
        states.stream().filter(weighted -> weighted.examples() > 0).toList();
    if (counted.isEmpty()) {
      throw new IllegalArgumentException("A mean needs at least one state with examples");
    }
    if (counted.size() == 1 && codec == ExchangeCodec.FP32) {
      return counted.get(0).state();
    }
    float[] from = FlatState.of(base);
    List<float[]> arrived =
        counted.stream()
            .map(weighted -> travelled(from, FlatState.of(weighted.state()), codec))
            .toList();
    float[] mean = arrived.size() == 1 ? arrived.get(0) : mean(from, arrived, counted);
    return FlatState.toState(travelled(from, mean, codec), base.parameters().length());
  }

  private static float[] mean(float[] base, List<float[]> states, List<WeightedState> weights) {
    double examples = weights.stream().mapToLong(WeightedState::examples).sum();
    List<SliceMean.Part> parts = new ArrayList<>();
    for (int i = 0; i < states.size(); i++) {
      double share = weights.get(i).examples() / examples;
      parts.add(new SliceMean.Part(states.get(i), 0, share));
    }
    float[] mean = new float[base.length];
    SliceMean.of(Slice.all(base.length), base, parts, mean);
    return mean;
  }

  /** What the other side reads of a state. */
  private static float[] travelled(float[] base, float[] state, ExchangeCodec codec) {
    if (codec == ExchangeCodec.FP32) {
      return state;
    }
    Slice all = Slice.all(base.length);
    ByteBuffer bytes = ByteBuffer.allocate(codec.bytes(base.length)).order(ByteOrder.LITTLE_ENDIAN);
    codec.encode(all, base, state, bytes);
    float[] decoded = new float[base.length];
    codec.decode(all, base, bytes.flip(), decoded, 0);
    return decoded;
  }
}
