package org.meanfield.train;

import java.util.List;
import org.meanfield.engine.Minibatch;
import org.meanfield.model.FloatVector;

/**
 * A worker's examples with a weight each: how much an example counts in the loss. Everything else
 * about them, what is drawn for them included, is as without weights.
 */
public final class WeightedExamples implements WorkerExamples {
  private final WorkerExamples examples;
  private final FloatVector weights;

  /**
   * @param examples in any store
   * @param weights one an example, in their order, 0 or more; of all workers together with the mean
   *     1, so that learning rates mean what they mean without weights
   */
  public WeightedExamples(WorkerExamples examples, FloatVector weights) {
    this.examples = examples;
    this.weights = weights;
    if (weights.length() != examples.size()) {
      throw new IllegalArgumentException(
          examples.size() + " examples cannot have " + weights.length() + " weights");
    }
  }

  @Override
  public int size() {
    return examples.size();
  }

  @Override
  public String id(int index) {
    return examples.id(index);
  }

  @Override
  public int readers() {
    return examples.readers();
  }

  @Override
  public MinibatchMaker maker(TrainingPlan plan, int worker, int epoch) {
    MinibatchMaker maker = examples.maker(plan, worker, epoch);
    return chosen -> weighed(maker.make(chosen), chosen);
  }

  private Minibatch weighed(Minibatch minibatch, List<Integer> chosen) {
    float[] of = new float[chosen.size()];
    for (int i = 0; i < of.length; i++) {
      of[i] = weights.get(chosen.get(i));
    }
    return minibatch.weighing(FloatVector.wrap(of));
  }
}
