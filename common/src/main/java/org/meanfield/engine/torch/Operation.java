package org.meanfield.engine.torch;

import java.util.List;
import org.bytedeco.pytorch.Tensor;

/** What a vertex computes. What it allocates belongs to the caller's scope. */
interface Operation {
  /** Shape: {@code inputs} in the order of the configuration. */
  Tensor forward(Tensor[] inputs, Pass pass);

  /** A vertex that does one thing after another to one input. */
  static Operation chain(List<Stage> stages) {
    Stage[] all = stages.toArray(Stage[]::new);
    return (inputs, pass) -> {
      Tensor value = inputs[0];
      for (Stage stage : all) {
        value = stage.forward(value, pass);
      }
      return value;
    };
  }
}
