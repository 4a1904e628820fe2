package org.meanfield.gpucheck;

import java.util.List;

/**
 * A precision under test.
 *
 * @param precision as PyTorch's users call it
 * @param engine the name of the engine that computes in it
 * @param values tolerance of class probabilities and losses: the relative distance from the
 *     processor's in fp32
 * @param changes the same for the parameters, less what they started from
 * @param updater the same for the updater state after ten steps
 */
record Computation(String precision, String engine, double values, double changes, double updater) {
  /**
   * Sums in another order leave 1e-6; a rectifier or a maximum whose inputs lie within rounding of
   * each other may take the other side, which changes a gradient by up to a hundredth, and momentum
   * adds up those of ten steps. Products of tf32 keep 10 bits of each factor and those of bf16 keep
   * 7, a relative error of 5e-4 and 4e-3 each, which gradients carry through every layer.
   */
  static final List<Computation> ALL =
      List.of(
          new Computation("fp32", "torch", 1e-4, 1e-2, 1e-1),
          new Computation("tf32", "torch-tf32", 1e-2, 2e-1, 8e-1),
          new Computation("bf16", "torch-bf16", 1e-1, 8e-1, 8e-1));
}
