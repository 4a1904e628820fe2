package org.meanfield.engine.torch;

import org.bytedeco.pytorch.ScalarTypeOptional;
import org.bytedeco.pytorch.global.torch.ScalarType;

/** Numeric types as LibTorch's functions want them. */
final class Types {
  private Types() {}

  /** 32-bit floats. */
  static ScalarTypeOptional floats() {
    return new ScalarTypeOptional(ScalarType.Float);
  }
}
