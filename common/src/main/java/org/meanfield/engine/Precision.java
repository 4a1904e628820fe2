package org.meanfield.engine;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** What an engine computes products and convolutions in. */
public enum Precision {
  /** 32-bit floats throughout. */
  FP32,
  /**
   * On GPUs, products and convolutions of 32-bit floats whose factors keep 10 bits; everything else
   * in 32 bits. On processors the same as {@link #FP32}.
   */
  TF32,
  /**
   * Products, convolutions and what is passed from layer to layer in bfloat16. Weights, gradients,
   * updater state, the loss and batch-norm statistics stay in 32 bits.
   */
  BF16;

  /** Take {@link #BF16} where all that computes is built for it. */
  public static final String AUTO = "auto";

  /** Every value of a setting: the precisions and {@value #AUTO}. */
  public static List<String> names() {
    return Arrays.asList(FP32.toString(), TF32.toString(), BF16.toString(), AUTO);
  }

  /** The precision of that name; empty for {@value #AUTO}, which the hardware decides. */
  public static Optional<Precision> named(String name) {
    return Arrays.stream(values()).filter(value -> value.toString().equals(name)).findFirst();
  }

  /** As in settings. */
  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
