package org.meanfield.jobs.spark;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.meanfield.jobs.testing.LocalSpark;
import org.meanfield.train.Checkpoint;
import org.meanfield.train.MergedRound;
import org.meanfield.train.MergedState;
import org.meanfield.train.PackedExamples;
import org.meanfield.train.Stretch;
import org.meanfield.train.TrainingPlan;
import org.meanfield.train.Validator;
import org.meanfield.train.WorkerTrainer.IdRecording;

class FallbackRunnerTest {
  @TempDir Path folder;

  /**
   * Resident rounds that fail for good in the midst of a stretch; jobs go on, to the same bits.
   *
   * @param held rounds whose state somebody still has, of the two that were told
   */
  @ParameterizedTest
  @ValueSource(ints = {0, 2})
  void whereResidentRoundsFailJobsGoOnToTheSameBits(int held) {
    Dataset<Row> rows = TinyTraining.rows(folder.resolve("data"));
    List<PackedExamples> shards = TinyTraining.shards(rows, 2, folder);
    TrainingPlan plan = TinyTraining.planFor(shards);
    TinyRounds rounds = new TinyRounds(plan, folder);
    List<String> said = new ArrayList<>();
    var spark = new org.apache.spark.api.java.JavaSparkContext(LocalSpark.session().sparkContext());
    Checkpoint found;
    try (WorkerData data = WorkerData.shard(rows, 36, 2, TinyTraining.SEED, TinyTraining.SPEC)) {
      data.load();
      FailingRunner first = new FailingRunner(rounds.residentRunner(data, () -> 2), held);
      try (FallbackRunner runner =
          new FallbackRunner(
              first, () -> new SparkRoundRunner(spark, plan, data, IdRecording.OFF), said::add)) {
        found = rounds.train(runner);
      }
      assertThat(first.closed).isTrue();
    }
    assertThat(found).isEqualTo(rounds.sequential(shards));
    assertThat(said).singleElement().asString().contains("a Spark job each from now on. broken");
  }

  /** Runs two rounds, and no third. */
  private static final class FailingRunner implements ClusterRunner {
    private final ClusterRunner runner;
    private final int held;
    private boolean closed;

    FailingRunner(ClusterRunner runner, int held) {
      this.runner = runner;
      this.held = held;
    }

    @Override
    public MergedState run(Stretch stretch, MergedState start, Consumer<MergedRound> told) {
      Stretch two = new Stretch(stretch.rounds().subList(0, 2), stretch.kept());
      MergedState merged = runner.run(two, start, told);
      throw new ResidentRoundsException(
          "broken", null, stretch.from(held), held == 0 ? start : merged);
    }

    @Override
    public Validator validator(WorkerData validation) {
      return runner.validator(validation);
    }

    @Override
    public int parallelism() {
      return runner.parallelism();
    }

    @Override
    public void close() {
      closed = true;
      runner.close();
    }
  }
}
