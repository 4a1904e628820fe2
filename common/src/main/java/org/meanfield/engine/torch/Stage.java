package org.meanfield.engine.torch;

import org.bytedeco.pytorch.Tensor;

/** A step of a layer: one tensor in, one out. What it allocates belongs to the caller's scope. */
interface Stage {
  Tensor forward(Tensor input, Pass pass);
}
