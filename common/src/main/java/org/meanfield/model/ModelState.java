package org.meanfield.model;

/**
 * Everything that training changes in a network, batch-norm statistics included: the only thing
 * that travels between replicas.
 *
 * @param parameters flat, in the layout of DL4J's {@code ComputationGraph.params()}
 * @param updaterState flat, in the layout of DL4J's updater state view; empty where the updater has
 *     none
 */
public record ModelState(FloatVector parameters, FloatVector updaterState) {

  /** True where no value is NaN or infinite. */
  public boolean isFinite() {
    return parameters.isFinite() && updaterState.isFinite();
  }
}
