package org.meanfield.engine.torch;

import java.util.function.DoubleSupplier;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.deeplearning4j.nn.conf.layers.CenterLossOutputLayer;
import org.deeplearning4j.nn.params.CenterLossParamInitializer;
import org.meanfield.engine.torch.FlatMemory.Learning;

/**
 * What DL4J's center loss adds to an output's own loss: the features before the output are drawn
 * towards the centre of their class, a parameter which follows them in turn. As a stage it only
 * looks at the features. Source: Wen et al. 2016, with DL4J's formulas.
 */
final class CenterLoss implements Stage {
  private final Parameter centers; // [classes, features], changed by a rule of its own
  private final double alpha;
  private final double lambda;
  private Tensor features; // of the training pass under way; ours to close

  /** Errors: the form that only serves gradient checks. */
  CenterLoss(LayerSite site, CenterLossOutputLayer layer) {
    Refusal.unless(!layer.getGradientCheck(), site.name(), layer, "its form for gradient checks");
    LayerSite fixed =
        new LayerSite(
            site.name(), layer, site.input(), site.memory(), site.slices(), Learning.FIXED);
    this.centers = fixed.parameter(CenterLossParamInitializer.CENTER_KEY);
    this.alpha = layer.getAlpha();
    this.lambda = layer.getLambda();
  }

  @Override
  public Tensor forward(Tensor input, Pass pass) {
    if (pass.training()) {
      close();
      features = new Tensor(input);
      features.retainReference(); // which letting go of it here would use up
      PointerScope.getInnerScope().detach(features); // outlives the vertex
    }
    return input;
  }

  /**
   * Sends both losses' gradients back through the network and puts the centres' move where their
   * gradient is expected.
   *
   * @param output what the own loss's gradient belongs to
   * @param gradient of the own loss
   * @return reads the summed addition to the loss
   */
  DoubleSupplier backward(Tensor output, Tensor gradient, Tensor targets, double scale) {
    Tensor away = features.detach().to(ScalarType.Float).sub(torch.mm(targets, centers.values()));
    Tensor images = targets.sum(0).add_(new Scalar(1.0)).unsqueeze(1);
    centers
        .gradient()
        .copy_(torch.mm(targets.t(), away).mul_(new Scalar(-alpha * scale)).div_(images));
    Tensor pull = features.mul(away.mul(new Scalar(lambda * scale))).sum();
    output.mul(gradient).sum().add(pull).backward(); // in one walk through the network
    close();
    Tensor squares = away.mul(away).sum();
    return () -> lambda / 2 * squares.item_double();
  }

  private void close() {
    if (features != null) {
      features.releaseReference();
      features = null;
    }
  }
}
