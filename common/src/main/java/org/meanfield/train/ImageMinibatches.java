package org.meanfield.train;

import java.util.ArrayList;
import java.util.List;
import org.meanfield.data.Seeds;
import org.meanfield.engine.Minibatch;
import org.meanfield.engine.MinibatchAssembler;
import org.meanfield.image.PixelImage;

/** Augments, normalises and labels images as a plan says. */
final class ImageMinibatches implements MinibatchMaker {
  private final ImageExamples examples;
  private final TrainingPlan plan;
  private final int worker;
  private final int epoch;
  private final MinibatchAssembler assembler;

  ImageMinibatches(ImageExamples examples, TrainingPlan plan, int worker, int epoch) {
    this.examples = examples;
    this.plan = plan;
    this.worker = worker;
    this.epoch = epoch;
    this.assembler = new MinibatchAssembler(plan.network().imageSpec());
  }

  @Override
  public Minibatch make(List<Integer> chosen) {
    List<PixelImage> images = new ArrayList<>(chosen.size());
    int[] labels = new int[chosen.size()];
    for (int i = 0; i < labels.length; i++) {
      int example = chosen.get(i);
      long seed = Seeds.derive(plan.seed(), "augmentation", epoch, worker, example);
      images.add(plan.augmentation().apply(image(example), seed));
      labels[i] = examples.label(example);
    }
    int classes = plan.network().classes().size();
    return assembler.forTraining(images, labels, classes, plan.labelSmoothing());
  }

  private PixelImage image(int example) {
    return switch (plan.augmentation().crop()) {
      case PADDED -> examples.image(example);
      case RESIZED ->
          examples.randomPart(example, Seeds.derive(plan.seed(), "crop", epoch, worker, example));
    };
  }
}
