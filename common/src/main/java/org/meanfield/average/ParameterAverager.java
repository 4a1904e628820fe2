package org.meanfield.average;

import java.util.List;
import org.meanfield.model.FloatVector;
import org.meanfield.model.ModelState;

/**
 * The example-weighted mean of replica states, updater state and batch-norm statistics included.
 * Summed in the order given (worker order), in double precision, so that the same contributions
 * give the same bits wherever and whenever they were computed.
 *
 * <p>Source: McMahan et al. 2017, "Communication-efficient learning of deep networks from
 * decentralized data", algorithm 1.
 */
public final class ParameterAverager {
  private ParameterAverager() {}

  /**
   * The mean of the states, weighted by examples.
   *
   * @param inWorkerOrder states of one shape, at least one of them with examples
   */
  public static ModelState average(List<WeightedState> inWorkerOrder) {
    List<WeightedState> counted =
        inWorkerOrder.stream().filter(weighted -> weighted.examples() > 0).toList();
    if (counted.isEmpty()) {
      throw new IllegalArgumentException("A mean needs at least one state with examples");
    }
    if (counted.size() == 1) {
      return counted.get(0).state();
    }
    return new ModelState(
        mean(counted, counted.get(0).state().parameters().length(), Part.PARAMETERS),
        mean(counted, counted.get(0).state().updaterState().length(), Part.UPDATER_STATE));
  }

  private static FloatVector mean(List<WeightedState> counted, int length, Part part) {
    double[] sums = new double[length];
    long examples = 0;
    for (WeightedState weighted : counted) {
      part.of(weighted.state()).addTo(sums, (double) weighted.examples());
      examples += weighted.examples();
    }
    float[] mean = new float[length];
    for (int i = 0; i < length; i++) {
      mean[i] = (float) (sums[i] / examples);
    }
    return FloatVector.wrap(mean);
  }

  private enum Part {
    PARAMETERS,
    UPDATER_STATE;

    FloatVector of(ModelState state) {
      return this == PARAMETERS ? state.parameters() : state.updaterState();
    }
  }
}
