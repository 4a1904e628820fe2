package org.meanfield.engine.torch;

import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.global.torch;
import org.deeplearning4j.nn.params.DefaultParamInitializer;

/** A fully connected layer before its activation. Shape: {@code [N, in]} to {@code [N, out]}. */
final class Dense implements Stage {
  private final Parameter weights;
  private final Parameter bias;

  Dense(LayerSite site) {
    this.weights = site.transposed(DefaultParamInitializer.WEIGHT_KEY);
    this.bias =
        site.has(DefaultParamInitializer.BIAS_KEY)
            ? site.vector(DefaultParamInitializer.BIAS_KEY)
            : null;
  }

  @Override
  public Tensor forward(Tensor input, Pass pass) {
    return torch.linear(
        input, weights.in(pass), bias == null ? new TensorOptional() : bias.optionalIn(pass));
  }
}
