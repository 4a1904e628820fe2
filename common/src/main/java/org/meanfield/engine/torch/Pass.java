package org.meanfield.engine.torch;

import org.bytedeco.pytorch.GeneratorOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * One run through a network.
 *
 * @param mode whether dropout and batch statistics are on
 * @param compute what convolutions and products are computed in
 * @param draws the replica's own generator, seeded for this step
 * @param iteration drives dropout schedules
 * @param epoch drives dropout schedules
 */
record Pass(Mode mode, ScalarType compute, GeneratorOptional draws, int iteration, int epoch) {

  /** What a run is for. */
  enum Mode {
    TRAINING,
    INFERENCE
  }

  boolean training() {
    return mode == Mode.TRAINING;
  }

  /** The same pass for layers that behave as in inference whatever the network does. */
  Pass asInference() {
    return new Pass(Mode.INFERENCE, compute, draws, iteration, epoch);
  }

  /** The values in the precision that this pass computes in. */
  Tensor cast(Tensor values) {
    return values.scalar_type() == compute ? values : values.to(compute);
  }
}
