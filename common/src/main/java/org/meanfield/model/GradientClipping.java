package org.meanfield.model;

import org.deeplearning4j.nn.conf.GradientNormalization;

/**
 * A limit on the gradient before the optimizer sees it, for each layer on its own. Batch-norm
 * layers are left out: DL4J keeps the change of their running statistics in the same vector, and
 * clipping would falsify those.
 */
public sealed interface GradientClipping {

  /** DL4J's name of it. */
  GradientNormalization kind();

  /** The limit; positive. */
  double limit();

  /** No limit. */
  record None() implements GradientClipping {
    @Override
    public GradientNormalization kind() {
      return GradientNormalization.None;
    }

    @Override
    public double limit() {
      return 1;
    }
  }

  /** A layer's gradient is scaled down to at most this Euclidean norm. */
  record ByNorm(double limit) implements GradientClipping {
    /** Checks the limit. */
    public ByNorm {
      checkPositive(limit);
    }

    @Override
    public GradientNormalization kind() {
      return GradientNormalization.ClipL2PerLayer;
    }
  }

  /** Each value is cut to [-limit, limit]. */
  record ByValue(double limit) implements GradientClipping {
    /** Checks the limit. */
    public ByValue {
      checkPositive(limit);
    }

    @Override
    public GradientNormalization kind() {
      return GradientNormalization.ClipElementWiseAbsoluteValue;
    }
  }

  private static void checkPositive(double limit) {
    if (!(limit > 0)) {
      throw new IllegalArgumentException("A clipping limit must be positive; found " + limit);
    }
  }
}
