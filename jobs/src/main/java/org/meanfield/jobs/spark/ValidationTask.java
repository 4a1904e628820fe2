package org.meanfield.jobs.spark;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import org.apache.spark.api.java.function.FlatMapFunction;
import org.apache.spark.broadcast.Broadcast;
import org.meanfield.engine.MinibatchAssembler;
import org.meanfield.engine.Replica;
import org.meanfield.image.PixelImage;
import org.meanfield.model.FloatVector;
import org.meanfield.model.ModelStateCodec;
import org.meanfield.train.ImageExamples;

/** Counts a shard's images whose most probable class is the true one. */
final class ValidationTask implements FlatMapFunction<Iterator<Shard>, Long> {
  private static final long serialVersionUID = 1L;
  private static final int BATCH = 128;

  private final String pool;
  private final SharedPlan plan;
  private final Broadcast<byte[]> state;

  ValidationTask(String pool, SharedPlan plan, Broadcast<byte[]> state) {
    this.pool = pool;
    this.plan = plan;
    this.state = state;
  }

  @Override
  public Iterator<Long> call(Iterator<Shard> shards) {
    if (!(shards.next().examples() instanceof ImageExamples examples)) {
      throw new IllegalStateException("Only images can be validated on");
    }
    Replica replica = ReplicaPool.borrow(pool, plan.value());
    long correct = 0;
    try {
      replica.load(ModelStateCodec.decode(state.value(), "The broadcast state to validate"));
      for (int first = 0; first < examples.size(); first += BATCH) {
        correct += correct(replica, examples, first, Math.min(first + BATCH, examples.size()));
      }
    } catch (RuntimeException e) {
      replica.close();
      throw e;
    }
    ReplicaPool.giveBack(pool, replica);
    return List.of(correct).iterator();
  }

  private long correct(Replica replica, ImageExamples examples, int first, int end) {
    List<PixelImage> images = new ArrayList<>(end - first);
    for (int i = first; i < end; i++) {
      images.add(examples.image(i));
    }
    var network = plan.value().network();
    FloatVector probabilities =
        replica.predict(new MinibatchAssembler(network.imageSpec()).forScoring(images));
    int classes = network.classes().size();
    long correct = 0;
    for (int i = first; i < end; i++) {
      if (mostProbable(probabilities, (i - first) * classes, classes) == examples.label(i)) {
        correct++;
      }
    }
    return correct;
  }

  private static int mostProbable(FloatVector probabilities, int offset, int classes) {
    int best = 0;
    for (int label = 1; label < classes; label++) {
      if (probabilities.get(offset + label) > probabilities.get(offset + best)) {
        best = label;
      }
    }
    return best;
  }
}
