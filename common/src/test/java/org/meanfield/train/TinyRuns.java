package org.meanfield.train;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.meanfield.average.AveragingSchedule;
import org.meanfield.average.ExchangeCodec;
import org.meanfield.average.OuterOptimizer;
import org.meanfield.data.Seeds;
import org.meanfield.engine.Engines;
import org.meanfield.image.Augmentation;
import org.meanfield.image.PixelImage;
import org.meanfield.model.Network;

/** Shards, plans and runs small enough to train in a test. */
final class TinyRuns {
  private TinyRuns() {}

  /** Shards of the given sizes with 8x8 grey images whose mean tells the class. */
  static List<PackedExamples> shards(Path folder, int... sizes) {
    List<PackedExamples> shards = new ArrayList<>();
    int number = 0;
    for (int worker = 0; worker < sizes.length; worker++) {
      try (PackedExamples.Writer writer =
          new PackedExamples.Writer(folder.resolve("shard" + worker), 8, 8, 1)) {
        for (int i = 0; i < sizes[worker]; i++) {
          addExample(writer, number++);
        }
        shards.add(writer.finish());
      }
    }
    return shards;
  }

  /** Writes example {@code number} of the endless tiny data set. */
  static void addExample(PackedExamples.Writer writer, int number) {
    Random random = new Random(number);
    int label = random.nextInt(3);
    byte[] pixels = new byte[64];
    for (int i = 0; i < 64; i++) {
      pixels[i] = (byte) (label * 70 + random.nextInt(90));
    }
    writer.add(
        "%064x".formatted(Seeds.derive(0, "id", number)), label, new PixelImage(8, 8, 1, pixels));
  }

  static TrainingPlan plan(
      Network network, List<PackedExamples> shards, int epochs, int batchSize, int period) {
    List<Integer> sizes = shards.stream().map(PackedExamples::size).toList();
    return planOf(network, sizes, epochs, batchSize, period);
  }

  static TrainingPlan planOf(
      Network network, List<Integer> sizes, int epochs, int batchSize, int period) {
    return new TrainingPlan(
        network,
        sizes,
        epochs,
        batchSize,
        new AveragingSchedule.Constant(period),
        OuterOptimizer.PLAIN,
        ExchangeCodec.FP32,
        Augmentation.none(),
        0,
        11,
        "nd4j");
  }

  /** Trains a plan from the network's own initial state, sequentially, and returns the end. */
  static Checkpoint train(TrainingPlan plan, List<PackedExamples> shards, ArtifactStore artifacts) {
    var engine = Engines.named("nd4j");
    try (RoundRunner runner =
        new SequentialRoundRunner(engine, plan, shards, WorkerTrainer.IdRecording.ON)) {
      RunJournal journal = RunJournal.at(TrainingClock.START, artifacts, iteration -> 0.1);
      Checkpoint start = Checkpoint.initial(plan.digest(), engine.initialState(plan.network()));
      return loop(plan, runner, artifacts, journal).run(start);
    }
  }

  static TrainingLoop loop(
      TrainingPlan plan, RoundRunner runner, ArtifactStore artifacts, RunJournal journal) {
    return new TrainingLoop(
        plan,
        runner,
        state -> 0.5,
        new CheckpointStore(artifacts, 2)::save,
        new LoopIntervals(2, 1, plan.epochs()),
        journal);
  }
}
