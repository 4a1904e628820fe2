package org.meanfield.jobs.spark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.apache.spark.SparkConf;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.api.java.function.FlatMapFunction;
import org.apache.spark.scheduler.SparkListener;
import org.apache.spark.scheduler.SparkListenerStageSubmitted;
import org.apache.spark.scheduler.SparkListenerTaskEnd;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.meanfield.average.ExchangeCodec;
import org.meanfield.average.OuterOptimizer;
import org.meanfield.error.DivergedException;
import org.meanfield.jobs.testing.LocalSpark;
import org.meanfield.model.FloatVector;
import org.meanfield.model.ModelState;
import org.meanfield.train.Checkpoint;
import org.meanfield.train.LoopIntervals;
import org.meanfield.train.MergedRound;
import org.meanfield.train.MergedState;
import org.meanfield.train.PackedExamples;
import org.meanfield.train.RoundRunner;
import org.meanfield.train.SequentialRoundRunner;
import org.meanfield.train.Stretch;
import org.meanfield.train.TrainingClock;
import org.meanfield.train.TrainingPlan;
import org.meanfield.train.WorkerTrainer.IdRecording;
import scala.Tuple2;

/** Resident rounds on local threads; processes that die are in KilledProcessesIT. */
class ResidentRoundRunnerTest {
  private static final OuterOptimizer SLOW =
      new OuterOptimizer(0.8, 0.5, OuterOptimizer.LookAhead.NESTEROV);

  @TempDir static Path folder;
  private static SparkSession spark;
  private static Dataset<Row> rows;

  @BeforeAll
  static void start() {
    spark = LocalSpark.session();
    rows = TinyTraining.rows(folder.resolve("data"));
  }

  @Test
  void givesTheSameBitsAsTheOtherTwoWithAnyNumberOfTasks() {
    for (int workers : new int[] {1, 2, 3, 5}) {
      List<PackedExamples> shards = TinyTraining.shards(rows, workers, folder);
      TinyRounds rounds = rounds(TinyTraining.planFor(shards));
      Checkpoint expected = rounds.sequential(shards);
      assertThat(rounds.onSpark(data(workers))).isEqualTo(expected);
      for (int tasks : new int[] {1, 2}) {
        assertThat(rounds.resident(data(workers), tasks))
            .as("%d workers, %d tasks", workers, tasks)
            .isEqualTo(expected);
      }
    }
  }

  /** Two replicas of one process draw dropout at the same time, on two resident tasks. */
  @ParameterizedTest
  @ValueSource(strings = {"torch", "torch-bf16"})
  void theThreeRunnersGiveTheSameBitsOnLibTorch(String engine) {
    List<PackedExamples> shards = TinyTraining.shards(rows, 3, folder);
    TinyRounds rounds = rounds(TinyTraining.planFor(shards).withEngine(engine));
    Checkpoint expected = rounds.sequential(shards);
    assertThat(rounds.onSpark(data(3))).isEqualTo(expected);
    assertThat(rounds.resident(data(3), 2)).isEqualTo(expected);
    Checkpoint onNd4j = rounds(TinyTraining.planFor(shards)).sequential(shards);
    assertThat(expected.state()).as("%s computed it", engine).isNotEqualTo(onNd4j.state());
  }

  @Test
  void outerStepsAndCodecsGiveTheSameBitsToo() {
    List<PackedExamples> shards = TinyTraining.shards(rows, 3, folder);
    for (ExchangeCodec codec : ExchangeCodec.values()) {
      TinyRounds rounds = rounds(TinyTraining.plan(TinyTraining.sizes(shards), SLOW, codec));
      Checkpoint expected = rounds.sequential(shards);
      assertThat(rounds.onSpark(data(3))).as("%s", codec).isEqualTo(expected);
      assertThat(rounds.resident(data(3), 2)).as("%s", codec).isEqualTo(expected);
    }
  }

  @Test
  void tellsEachRoundOnceWithWhatItsWorkersDid() {
    TinyRounds rounds = rounds(TinyTraining.plan(List.of(12, 12, 12)));
    List<MergedRound> told = new ArrayList<>();
    try (WorkerData data = data(3);
        RoundRunner runner = rounds.residentRunner(data, () -> 2)) {
      data.load();
      rounds.train(new Told(runner, told));
    }
    assertThat(told)
        .extracting(round -> round.round().number())
        .isEqualTo(List.of(0, 1, 2, 3, 4, 5));
    for (MergedRound round : told) {
      assertThat(round.workers()).extracting(worker -> worker.worker()).containsExactly(0, 1, 2);
      assertThat(round.loss()).isPositive();
      assertThat(round.runSeconds()).isPositive();
      round.workers().forEach(worker -> assertThat(worker.time().compute()).isPositive());
    }
    assertThat(told.stream().mapToLong(MergedRound::examples).sum()).isEqualTo(3 * 36);
  }

  @Test
  void givesTheStatesThatAreWantedOnTheWay() {
    List<PackedExamples> shards = TinyTraining.shards(rows, 3, folder);
    TrainingPlan plan = TinyTraining.planFor(shards);
    List<MergedRound> expected = new ArrayList<>();
    TinyRounds rounds = rounds(plan);
    try (RoundRunner runner =
        new SequentialRoundRunner(TinyRounds.ENGINE, plan, shards, IdRecording.OFF)) {
      rounds.train(new Told(runner, expected), 1);
    }
    assertThat(expected).anyMatch(round -> round.state().isPresent());
    for (int tasks : new int[] {1, 2}) {
      List<MergedRound> told = new ArrayList<>();
      try (WorkerData data = data(3);
          RoundRunner runner = rounds.residentRunner(data, () -> tasks)) {
        data.load();
        rounds.train(new Told(runner, told), 1);
      }
      assertThat(told)
          .extracting(MergedRound::state)
          .isEqualTo(expected.stream().map(MergedRound::state).toList());
    }
  }

  /** Executors that come late are used from the next state on. */
  @Test
  void goesOnWithMoreTasksWhereMoreCanRun() throws Exception {
    List<PackedExamples> shards = TinyTraining.shards(rows, 3, folder);
    TinyRounds rounds = rounds(TinyTraining.planFor(shards));
    AtomicInteger asked = new AtomicInteger();
    List<MergedRound> told = new ArrayList<>();
    try (WorkerData data = data(3);
        RoundRunner runner =
            rounds.residentRunner(data, () -> asked.incrementAndGet() > 2 ? 2 : 1)) {
      data.load();
      Stages stages = new Stages();
      spark.sparkContext().addSparkListener(stages);
      assertThat(rounds.train(new Told(runner, told), 1)).isEqualTo(rounds.sequential(shards));
      spark.sparkContext().listenerBus().waitUntilEmpty(60_000);
      spark.sparkContext().removeSparkListener(stages);
      assertThat(stages.tasks).as("tasks of each segment").containsExactly(1, 2, 2, 2);
    }
    assertThat(told)
        .extracting(round -> round.round().number())
        .isEqualTo(List.of(0, 1, 2, 3, 4, 5));
  }

  @Test
  void theDriverGetsOneStateOfASegmentHoweverManyWorkersThereAre() throws Exception {
    for (int workers : new int[] {2, 12}) {
      List<PackedExamples> shards = TinyTraining.shards(rows, workers, folder);
      TrainingPlan plan = TinyTraining.planFor(shards);
      ModelState state = TinyRounds.ENGINE.initialState(plan.network());
      long bytes = 4L * (state.parameters().length() + state.updaterState().length());
      ResultBytes results = new ResultBytes();
      spark.sparkContext().addSparkListener(results);
      rounds(plan).resident(data(workers), 2);
      spark.sparkContext().listenerBus().waitUntilEmpty(60_000);
      spark.sparkContext().removeSparkListener(results);
      assertThat(results.ofLargestStage()).isBetween(bytes, 2 * bytes);
    }
  }

  @Test
  void aWorkerThatDivergesStopsItByName() {
    TrainingPlan plan = TinyTraining.plan(List.of(12, 12, 12));
    ModelState start = TinyRounds.ENGINE.initialState(plan.network());
    float[] wild = new float[start.parameters().length()];
    Arrays.fill(wild, Float.NaN);
    MergedState bad =
        new MergedState(
            new ModelState(FloatVector.wrap(wild), start.updaterState()), FloatVector.empty());
    try (WorkerData data = data(3);
        ResidentRoundRunner runner = rounds(plan).residentRunner(data, () -> 2)) {
      data.load();
      var rounds = new LoopIntervals(5, 1, 3).stretch(plan, TrainingClock.START);
      List<MergedRound> told = new ArrayList<>();
      assertThatThrownBy(() -> runner.run(rounds, bad, told::add))
          .isInstanceOf(DivergedException.class)
          .hasMessageContaining("Worker 0 diverged in round 0");
      assertThat(told).isEmpty();
    }
  }

  @Test
  void aTaskThatFailsForGoodEndsTheRunWithOneError() {
    TrainingPlan plan = TinyTraining.plan(List.of(12, 12, 12));
    TrainingPlan other = TinyTraining.plan(List.of(12, 12));
    MergedState foreign =
        new MergedState(
            new ModelState(FloatVector.wrap(new float[3]), FloatVector.empty()),
            FloatVector.empty());
    try (WorkerData data = data(3);
        ResidentRoundRunner runner = rounds(plan).residentRunner(data, () -> 2)) {
      data.load();
      var rounds = new LoopIntervals(5, 1, 3).stretch(other, TrainingClock.START);
      assertThatThrownBy(() -> runner.run(rounds, foreign, round -> {}))
          .hasMessageContaining("failed")
          .hasMessageContaining("another network or optimizer");
    }
  }

  @Test
  void aFailedFetchOfOneTaskEndsTheOtherTasksOfItsProcessAtOnce() {
    TrainingPlan plan = TinyTraining.plan(List.of(12, 12));
    MergedState start =
        new MergedState(TinyRounds.ENGINE.initialState(plan.network()), FloatVector.empty());
    JavaSparkContext context = new JavaSparkContext(spark.sparkContext());
    var shards = context.parallelize(List.of(0, 1), 2).flatMap(new FailingFetch());
    ImageStore store = new ImageStore(TinyTraining.SPEC, StoreChoice.DECODED);
    ShardRdd failing = new ShardRdd(shards.rdd(), new ShardName("failing", 0), store);
    try (WorkerData data = new WorkerData(failing, List.of(12, 12));
        ResidentRoundRunner runner = rounds(plan).residentRunner(data, () -> 2)) {
      var rounds = new LoopIntervals(5, 1, 3).stretch(plan, TrainingClock.START);
      assertTimeoutPreemptively(
          Duration.ofSeconds(TinyRounds.TIMEOUT_SECONDS / 2),
          () ->
              assertThatThrownBy(() -> runner.run(rounds, start, round -> {}))
                  .hasMessageContaining("the fetch failed"));
    }
  }

  /** Fails as Spark's own readers do: with a checked exception that nobody declares. */
  private static final class FailingFetch
      implements FlatMapFunction<Integer, Tuple2<ExampleKey, EncodedExample>> {
    private static final long serialVersionUID = 1L;

    @Override
    public Iterator<Tuple2<ExampleKey, EncodedExample>> call(Integer worker) throws IOException {
      if (worker == 1) {
        throw new IOException("the fetch failed");
      }
      return Collections.emptyIterator();
    }
  }

  @Test
  void saysWhyRoundsCannotBeResident() {
    assertThat(ResidentRoundRunner.refusal(new SparkConf(false))).isEmpty();
    assertThat(
            ResidentRoundRunner.refusal(
                new SparkConf(false).set("spark.dynamicAllocation.enabled", "true")))
        .hasValueSatisfying(why -> assertThat(why).contains("dynamicAllocation"));
    assertThat(ResidentRoundRunner.refusal(new SparkConf(false).set("spark.speculation", "true")))
        .hasValueSatisfying(why -> assertThat(why).contains("twice"));
  }

  @Test
  void workersAreHostedWhereTheirShardsLie() {
    List<String> homes = List.of("a", "b", "a", "b", "a");
    assertThat(WorkerGroups.of(homes, 2)).containsExactly(List.of(0, 2, 4), List.of(1, 3));
    assertThat(WorkerGroups.of(homes, 1)).containsExactly(List.of(0, 1, 2, 3, 4));
    assertThat(WorkerGroups.of(homes, 5)).hasSize(5).allMatch(group -> group.size() == 1);
    assertThat(WorkerGroups.of(homes, 4)).hasSize(4).noneMatch(List::isEmpty);
    assertThat(WorkerGroups.of(List.of("", "", ""), 2)).containsExactly(List.of(0, 1), List.of(2));
    assertThat(WorkerGroups.of(List.of("a", "b", "c", "d"), 2))
        .allMatch(group -> group.size() == 2);
  }

  private static WorkerData data(int workers) {
    return WorkerData.shard(rows, 36, workers, TinyTraining.SEED, TinyTraining.SPEC);
  }

  private static TinyRounds rounds(TrainingPlan plan) {
    return new TinyRounds(plan, folder);
  }

  /** Bytes that tasks sent to the driver, by stage. */
  private static final class ResultBytes extends SparkListener {
    private final Map<Integer, Long> bytes = new HashMap<>();

    @Override
    public synchronized void onTaskEnd(SparkListenerTaskEnd end) {
      bytes.merge(end.stageId(), end.taskMetrics().resultSize(), Long::sum);
    }

    synchronized long ofLargestStage() {
      return Collections.max(bytes.values());
    }
  }

  /** Number of tasks of each stage, in the order of their starts. */
  private static final class Stages extends SparkListener {
    private final List<Integer> tasks = Collections.synchronizedList(new ArrayList<>());

    @Override
    public void onStageSubmitted(SparkListenerStageSubmitted submitted) {
      tasks.add(submitted.stageInfo().numTasks());
    }
  }

  /** Keeps what it hears. */
  private record Told(RoundRunner runner, List<MergedRound> heard) implements RoundRunner {
    @Override
    public MergedState run(Stretch rounds, MergedState start, Consumer<MergedRound> told) {
      return runner.run(
          rounds,
          start,
          round -> {
            heard.add(round);
            told.accept(round);
          });
    }

    @Override
    public int parallelism() {
      return runner.parallelism();
    }

    @Override
    public void close() {
      runner.close();
    }
  }
}
