package org.meanfield.gpucheck;

import java.util.List;

/**
 * A precision under test.
 *
 * @param precision as PyTorch's users call it
 * @param engine the name of the engine that computes in it
 * @param values tolerance of class probabilities and losses: the relative distance from the
 *     processor's in fp32
 * @param firstChange the same for the change of the parameters by one step
 * @param tenSteps the same for their change and the updater state after ten steps of a network
 *     without bends
 */
record Computation(
    String precision, String engine, double values, double firstChange, double tenSteps) {
  /**
   * Sums in another order leave 1e-6. A rectifier or a maximum whose inputs lie within rounding of
   * each other may take the other side, which changes a gradient by up to a hundredth. Products of
   * tf32 keep 10 bits of each factor and those of bf16 keep 7, a relative error of 5e-4 and 4e-3
   * each, which gradients carry through every layer.
   */
  static final List<Computation> ALL =
      List.of(
          new Computation("fp32", "torch", 1e-4, 1e-2, 1e-2),
          new Computation("tf32", "torch-tf32", 1e-2, 2e-1, 2e-1),
          new Computation("bf16", "torch-bf16", 1e-1, 5e-1, 5e-1));
}
