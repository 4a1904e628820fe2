package org.meanfield.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.meanfield.average.ExchangeCodec;
import org.meanfield.average.FlatState;
import org.meanfield.average.Slice;
import org.meanfield.data.EpochOrder;
import org.meanfield.data.Seeds;
import org.meanfield.engine.Engine;
import org.meanfield.engine.Engines;
import org.meanfield.engine.Minibatch;
import org.meanfield.engine.MinibatchAssembler;
import org.meanfield.engine.Replica;
import org.meanfield.engine.StepPosition;
import org.meanfield.engine.nd4j.TinyNetworks;
import org.meanfield.model.FloatVector;
import org.meanfield.model.ModelState;
import org.meanfield.model.Network;
import org.nd4j.linalg.learning.config.Adam;
import org.nd4j.linalg.learning.config.Sgd;

/** What the mathematics of rounds promises, checked on real networks. */
class RoundAlgebraTest {
  @TempDir Path folder;

  @Test
  void oneWorkerIsPlainTrainingBitForBitForEveryPeriod() {
    Network network = TinyNetworks.convolutional(new Adam(0.01), 0.5);
    List<PackedExamples> shards = TinyRuns.shards(folder, 50);
    ModelState plain = plainTraining(network, shards.get(0), 2, 8);
    for (int period : new int[] {1, 2, 3, 7, 100}) {
      TrainingPlan plan = TinyRuns.plan(network, shards, 2, 8, period);
      assertThat(TinyRuns.train(plan, shards, local("k" + period)).state())
          .as("period %d", period)
          .isEqualTo(plain);
    }
  }

  @Test
  void workersThatMergeEveryIterationAreOneWorkerWithALargerBatch() {
    Network network = TinyNetworks.dense(new Sgd(0.1));
    Engine engine = Engines.named("nd4j");
    List<PackedExamples> shards = TinyRuns.shards(folder, 32, 32, 32, 32);
    TrainingPlan plan = TinyRuns.plan(network, shards, 1, 8, 1);
    ModelState merged = TinyRuns.train(plan, shards, local("four")).state();

    ModelState expected = engine.initialState(network);
    try (Replica replica = engine.open(network, 1)) {
      replica.load(expected);
      for (int iteration = 0; iteration < 4; iteration++) {
        replica.step(joined(plan, shards, iteration), new StepPosition(iteration, 0, 0));
      }
      expected = replica.state();
    }
    for (int i = 0; i < expected.parameters().length(); i++) {
      assertThat(merged.parameters().get(i)).isCloseTo(expected.parameters().get(i), within(1e-5f));
    }
  }

  @Test
  void everyExampleIsTrainedOnExactlyOnceAnEpoch() {
    Network network = TinyNetworks.dense(new Sgd(0.1));
    List<PackedExamples> shards = TinyRuns.shards(folder, 30, 7, 19);
    for (int batch : new int[] {1, 4, 64}) {
      TrainingPlan plan = TinyRuns.plan(network, shards, 1, batch, 3);
      List<String> seen = new ArrayList<>();
      try (RoundRunner runner =
          new SequentialRoundRunner(
              Engines.named("nd4j"), plan, shards, WorkerTrainer.IdRecording.ON)) {
        ModelState state = Engines.named("nd4j").initialState(network);
        MergedState start = new MergedState(state, FloatVector.empty());
        Stretch stretch = new LoopIntervals(100, 0, 1).stretch(plan, TrainingClock.START);
        List<MergedRound> told = new ArrayList<>();
        runner.run(stretch, start, told::add);
        assertThat(told).extracting(MergedRound::round).isEqualTo(stretch.rounds());
        assertThat(told.stream().mapToLong(MergedRound::examples).sum()).isEqualTo(56);
        told.forEach(round -> round.workers().forEach(worker -> seen.addAll(worker.exampleIds())));
      }
      assertThat(seen).hasSize(56).doesNotHaveDuplicates();
    }
  }

  @Test
  void identicalShardsAndSeedsAverageToAnyOneOfThem() {
    Network network = TinyNetworks.dense(new Adam(0.01));
    PackedExamples shard = TinyRuns.shards(folder, 24).get(0);
    TrainingPlan plan = TinyRuns.plan(network, List.of(shard), 1, 8, 3);
    try (Replica replica = Engines.named("nd4j").open(network, 1)) {
      ModelState start = replica.state();
      WorkerTrainer trainer = new WorkerTrainer(plan, WorkerTrainer.IdRecording.OFF);
      Contribution one =
          trainer.train(replica, shard, 0, plan.nextRound(TrainingClock.START), start);
      var mean =
          org.meanfield.average.ParameterAverager.average(
              start, Collections.nCopies(4, one.weighted()), ExchangeCodec.FP32);
      float[] moved = FlatState.of(one.state());
      float[] merged = FlatState.of(mean);
      float[] before = FlatState.of(start);
      for (int i = 0; i < moved.length; i++) {
        // To the last bits of the largest move nearby, as SliceMean promises.
        double tolerance = Math.ulp(moved[i]) + 1e-8 * largestMove(before, moved, i);
        assertThat((double) merged[i]).isCloseTo(moved[i], within(tolerance));
      }
    }
  }

  @Test
  void theOrderInWhichWorkersFinishLeavesTheBitsUnchanged() {
    Network network = TinyNetworks.convolutional(new Adam(0.01), 0.5);
    List<PackedExamples> shards = TinyRuns.shards(folder, 24, 24, 24);
    TrainingPlan plan = TinyRuns.plan(network, shards, 2, 8, 2);
    Checkpoint straight = TinyRuns.train(plan, shards, local("straight"));
    Engine engine = Engines.named("nd4j");
    try (RoundRunner backwards = new BackwardsRunner(engine, plan, shards)) {
      Checkpoint start = Checkpoint.initial(plan.digest(), engine.initialState(network));
      ArtifactStore artifacts = local("backwards");
      RunJournal journal = RunJournal.at(TrainingClock.START, artifacts, iteration -> 0);
      assertThat(TinyRuns.loop(plan, backwards, artifacts, journal).run(start)).isEqualTo(straight);
    }
  }

  private static double largestMove(float[] before, float[] after, int near) {
    double largest = 0;
    int first = near / Slice.BLOCK * Slice.BLOCK;
    for (int i = first; i < Math.min(first + Slice.BLOCK, before.length); i++) {
      largest = Math.max(largest, Math.abs((double) after[i] - before[i]));
    }
    return largest;
  }

  private LocalArtifacts local(String name) {
    return new LocalArtifacts(folder.resolve(name));
  }

  /** Training as a textbook writes it: no rounds, no merges. */
  private static ModelState plainTraining(
      Network network, PackedExamples shard, int epochs, int batch) {
    Engine engine = Engines.named("nd4j");
    try (Replica replica = engine.open(network, 1)) {
      replica.load(engine.initialState(network));
      int iteration = 0;
      for (int epoch = 0; epoch < epochs; epoch++) {
        EpochOrder order = EpochOrder.of(11, epoch, 0, shard.size());
        for (int first = 0; first < shard.size(); first += batch) {
          int end = Math.min(first + batch, shard.size());
          long seed = Seeds.derive(11, "step", 0, iteration);
          replica.step(
              minibatch(network, shard, order, first, end),
              new StepPosition(iteration, epoch, seed));
          iteration++;
        }
      }
      return replica.state();
    }
  }

  private static Minibatch minibatch(
      Network network, PackedExamples shard, EpochOrder order, int first, int end) {
    List<org.meanfield.image.PixelImage> images = new ArrayList<>();
    int[] labels = new int[end - first];
    for (int position = first; position < end; position++) {
      images.add(shard.image(order.example(position)));
      labels[position - first] = shard.label(order.example(position));
    }
    return new MinibatchAssembler(network.imageSpec()).forTraining(images, labels, 3, 0);
  }

  /** The minibatches of all workers at one iteration, one after the other. */
  private static Minibatch joined(TrainingPlan plan, List<PackedExamples> shards, int iteration) {
    int size = plan.workers() * plan.batchSize();
    float[] pixels = new float[size * 64];
    float[] targets = new float[size * 3];
    for (int worker = 0; worker < shards.size(); worker++) {
      PackedExamples shard = shards.get(worker);
      EpochOrder order = EpochOrder.of(plan.seed(), 0, worker, shard.size());
      int first = iteration * plan.batchSize();
      Minibatch part = minibatch(plan.network(), shard, order, first, first + plan.batchSize());
      System.arraycopy(
          part.pixels().toArray(),
          0,
          pixels,
          worker * plan.batchSize() * 64,
          plan.batchSize() * 64);
      System.arraycopy(
          part.targets().toArray(),
          0,
          targets,
          worker * plan.batchSize() * 3,
          plan.batchSize() * 3);
    }
    return new Minibatch(size, FloatVector.wrap(pixels), FloatVector.wrap(targets));
  }

  /**
   * Computes the workers in reverse, each with a replica of its own, and hands them over in worker
   * order.
   */
  private record BackwardsRunner(Engine engine, TrainingPlan plan, List<PackedExamples> shards)
      implements RoundRunner {
    @Override
    public MergedState run(Stretch stretch, MergedState start, Consumer<MergedRound> told) {
      return new CoordinatorMerge(plan, this::contributions).run(stretch, start, told);
    }

    private List<Contribution> contributions(Round round, ModelState state) {
      List<Contribution> contributions = new ArrayList<>();
      WorkerTrainer trainer = new WorkerTrainer(plan, WorkerTrainer.IdRecording.OFF);
      for (int worker = shards.size() - 1; worker >= 0; worker--) {
        try (Replica replica = engine.open(plan.network(), 1)) {
          contributions.add(0, trainer.train(replica, shards.get(worker), worker, round, state));
        }
      }
      return contributions;
    }

    @Override
    public int parallelism() {
      return 1;
    }

    @Override
    public void close() {}
  }
}
