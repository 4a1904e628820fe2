package org.meanfield.bench;

import java.util.List;
import java.util.Optional;
import org.meanfield.engine.Engine;
import org.meanfield.engine.Engines;
import org.meanfield.engine.Precision;
import org.meanfield.engine.torch.ImageLayout;
import org.meanfield.engine.torch.TorchEngine;

/** The engines that are compared, each in the form in which a user gets it. */
enum Variant {
  /** DL4J with the natives and settings of its own default, which leave oneDNN out. */
  ND4J_AS_IT_COMES("nd4j as it comes", "nd4j", null),
  /** DL4J with its oneDNN helpers brought back: this project's engine {@code nd4j}. */
  ND4J_ONEDNN("nd4j with oneDNN", "nd4j", null),
  /** This project's engine {@code torch} in single precision. */
  TORCH_FP32("torch fp32", "torch", "fp32"),
  /** The same, computing in bf16 with master weights in single precision. */
  TORCH_BF16("torch bf16", "torch-bf16", "bf16"),
  /** Single precision with images in the other layout, which no setting asks for. */
  TORCH_FP32_CONTIGUOUS("torch fp32, contiguous", "torch", "fp32"),
  /** The same in bf16. */
  TORCH_BF16_CONTIGUOUS("torch bf16, contiguous", "torch-bf16", "bf16");

  private final String label;
  private final String engine;
  private final String precision;

  Variant(String label, String engine, String precision) {
    this.label = label;
    this.engine = engine;
    this.precision = precision;
  }

  /** In tables. */
  String label() {
    return label;
  }

  /** In names of files. */
  String id() {
    return label.replace(",", "").replace(' ', '-');
  }

  /** The engine's own name, by which {@link org.meanfield.engine.Engines#named} knows it. */
  String engine() {
    return engine;
  }

  /** Opens it in this process. */
  Engine open() {
    return switch (this) {
      case TORCH_FP32_CONTIGUOUS -> new TorchEngine(Precision.FP32, ImageLayout.CONTIGUOUS);
      case TORCH_BF16_CONTIGUOUS -> new TorchEngine(Precision.BF16, ImageLayout.CONTIGUOUS);
      default -> Engines.named(engine);
    };
  }

  /** The engine's name in settings, where the precision is a setting of its own. */
  String engineSetting() {
    return this == TORCH_BF16 ? TORCH_FP32.engine : engine;
  }

  /** The precision in settings; empty where the engine has one only. */
  Optional<String> precision() {
    return Optional.ofNullable(precision);
  }

  /** Flags that a JVM needs for it. */
  List<String> properties() {
    return this == ND4J_AS_IT_COMES
        ? List.of(
            "-Dorg.bytedeco.javacpp.platform.extension=",
            "-Dorg.eclipse.deeplearning4j.helpers.disable=true")
        : List.of();
  }
}
