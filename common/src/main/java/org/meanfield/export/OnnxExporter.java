package org.meanfield.export;

/** Writes trained models as ONNX. */
public final class OnnxExporter {
  /** Name of the graph's input: raw pixels {@code [N, C, H, W]}, 0..255. */
  public static final String INPUT = "pixels";

  /** Name of the graph's output: class probabilities {@code [N, K]}. */
  public static final String OUTPUT = "probabilities";

  /** The program's name in exported files. */
  public static final String PRODUCER = "meanfield";

  private OnnxExporter() {}
}
