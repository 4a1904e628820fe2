package org.meanfield.engine.torch;

import java.util.List;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.deeplearning4j.nn.conf.dropout.IDropout;
import org.nd4j.linalg.schedule.ISchedule;

/**
 * DL4J's dropout of a layer's input: each value is kept with a probability and divided by it, or
 * set to 0.
 */
final class Dropout implements Stage {
  private final double keep;
  private final ISchedule schedule;

  private Dropout(org.deeplearning4j.nn.conf.dropout.Dropout dropout) {
    this.keep = dropout.getP();
    this.schedule = dropout.getPSchedule();
  }

  /** No stage where a layer has no dropout. */
  static List<Stage> of(String vertex, IDropout dropout) {
    if (dropout == null) {
      return List.of();
    }
    if (dropout instanceof org.deeplearning4j.nn.conf.dropout.Dropout plain) {
      return List.of(new Dropout(plain));
    }
    throw Refusal.of(vertex, dropout, "only plain dropout is known");
  }

  @Override
  public Tensor forward(Tensor input, Pass pass) {
    if (!pass.training()) {
      return input;
    }
    double probability = schedule == null ? keep : schedule.valueAt(pass.iteration(), pass.epoch());
    Tensor mask = torch.empty_like(input.detach());
    mask.bernoulli_(probability, pass.draws()).div_(new Scalar(probability));
    return input.mul(mask);
  }
}
