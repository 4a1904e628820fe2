package org.meanfield.engine.torch;

import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.global.torch;
import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.params.BatchNormalizationParamInitializer;

/**
 * Batch normalisation with DL4J's running statistics: parameters whose "gradient" is what the
 * running value is to lose. Statistics are always computed and kept in 32 bits.
 */
final class BatchNorm implements Stage {
  private final double decay;
  private final double epsilon;
  private final Parameter mean;
  private final Parameter spread; // the variance, or log10 of the standard deviation
  private final boolean logarithmic;
  private final TensorOptional gamma;
  private final TensorOptional beta;
  private final Tensor batchMean;
  private final Tensor batchVariance;
  private final Scalar fixedGamma;
  private final Scalar fixedBeta;
  private long count; // values for each channel in the last training pass; 0 before

  BatchNorm(LayerSite site, BatchNormalization layer) {
    Refusal.unless(
        layer.getCnn2DFormat() == CNN2DFormat.NCHW,
        site.name(),
        layer,
        "data format " + layer.getCnn2DFormat());
    this.decay = layer.getDecay();
    this.epsilon = layer.getEps();
    this.mean = site.statistic(BatchNormalizationParamInitializer.GLOBAL_MEAN);
    this.logarithmic = site.has(BatchNormalizationParamInitializer.GLOBAL_LOG_STD);
    this.spread =
        site.statistic(
            logarithmic
                ? BatchNormalizationParamInitializer.GLOBAL_LOG_STD
                : BatchNormalizationParamInitializer.GLOBAL_VAR);
    // Of their own: the gradient tape keeps them, and must not see the gradient's memory change.
    this.batchMean = torch.zeros_like(mean.values());
    this.batchVariance = torch.zeros_like(mean.values());
    if (layer.isLockGammaBeta()) {
      // DL4J applies the two constants forwards only where both differ from 1 and 0.
      Refusal.unless(
          layer.getGamma() == 1 || layer.getBeta() != 0,
          site.name(),
          layer,
          "locked gamma " + layer.getGamma() + " with beta 0");
      this.gamma = new TensorOptional();
      this.beta = new TensorOptional();
      boolean applied = layer.getGamma() != 1 && layer.getBeta() != 0;
      this.fixedGamma = applied ? new Scalar(layer.getGamma()) : null;
      this.fixedBeta = applied ? new Scalar(layer.getBeta()) : null;
    } else {
      this.gamma = site.vector(BatchNormalizationParamInitializer.GAMMA).optional();
      this.beta = site.vector(BatchNormalizationParamInitializer.BETA).optional();
      this.fixedGamma = null;
      this.fixedBeta = null;
    }
  }

  @Override
  public Tensor forward(Tensor input, Pass pass) {
    Tensor normal;
    if (pass.training()) {
      count = input.numel() / input.size(1);
      // With momentum 1 the running values that LibTorch writes are the batch's own.
      batchMean.zero_();
      batchVariance.zero_();
      normal =
          torch.batch_norm(
              input,
              gamma,
              beta,
              new TensorOptional(batchMean),
              new TensorOptional(batchVariance),
              true,
              1.0,
              epsilon,
              false);
    } else {
      TensorOptional variance = logarithmic ? new TensorOptional(variance()) : spread.optional();
      normal =
          torch.batch_norm(
              input, gamma, beta, mean.optional(), variance, false, 0.0, epsilon, false);
    }
    return fixedGamma == null ? normal : normal.mul(fixedGamma).add(fixedBeta);
  }

  /** {@code (10^s)^2}. */
  private Tensor variance() {
    return torch.pow(new Scalar(100.0), spread.values());
  }

  /** Turns the batch's statistics into what the running ones are to lose. */
  void finishStatistics() {
    if (count > 0) {
      Native.temporary(this::finish);
      count = 0;
    }
  }

  private void finish() {
    Scalar loss = new Scalar(1 - decay);
    torch.sub_out(mean.gradient(), mean.values(), batchMean).mul_(loss);
    if (count == 1) {
      batchVariance.zero_(); // LibTorch divides by n - 1; DL4J has the variance of one value: 0
    } else {
      batchVariance.mul_(new Scalar((count - 1.0) / count));
    }
    if (logarithmic) {
      Tensor running = variance();
      Tensor next = running.mul(new Scalar(decay)).add_(batchVariance, loss);
      spread.gradient().copy_(running.div_(next).log_().mul_(new Scalar(0.5 / Math.log(10))));
    } else {
      torch.sub_out(spread.gradient(), spread.values(), batchVariance).mul_(loss);
    }
  }
}
