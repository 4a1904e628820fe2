package org.meanfield.engine.torch;

import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;

/**
 * One parameter of a layer: a leaf of the gradient tape that lies inside the flat parameter vector,
 * and whose gradient lies inside the flat gradient.
 */
final class Parameter {
  private final Tensor values;
  private final Tensor gradient;
  private final TensorOptional optional;

  Parameter(Tensor values, Tensor gradient) {
    this.values = values;
    this.gradient = gradient;
    this.optional = new TensorOptional(values);
  }

  /** The 32-bit master values. */
  Tensor values() {
    return values;
  }

  /**
   * Where the gradient is accumulated; for batch statistics, where their change is put. Null where
   * nothing is trained.
   */
  Tensor gradient() {
    return gradient;
  }

  /** The master values where an argument may be missing. */
  TensorOptional optional() {
    return optional;
  }

  /** In the pass's precision. */
  Tensor in(Pass pass) {
    return pass.cast(values);
  }

  /** In the pass's precision, where an argument may be missing. */
  TensorOptional optionalIn(Pass pass) {
    return values.scalar_type() == pass.compute() ? optional : new TensorOptional(in(pass));
  }
}
