package org.meanfield.jobs.spark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
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
import org.meanfield.average.ExchangeCodec;
import org.meanfield.average.OuterOptimizer;
import org.meanfield.engine.Engine;
import org.meanfield.engine.Engines;
import org.meanfield.error.DivergedException;
import org.meanfield.jobs.testing.LocalSpark;
import org.meanfield.model.FloatVector;
import org.meanfield.model.ModelState;
import org.meanfield.train.Checkpoint;
import org.meanfield.train.CheckpointStore;
import org.meanfield.train.LocalArtifacts;
import org.meanfield.train.LoopIntervals;
import org.meanfield.train.MergedRound;
import org.meanfield.train.MergedState;
import org.meanfield.train.PackedExamples;
import org.meanfield.train.RoundRunner;
import org.meanfield.train.RunJournal;
import org.meanfield.train.SequentialRoundRunner;
import org.meanfield.train.Stretch;
import org.meanfield.train.TrainingClock;
import org.meanfield.train.TrainingLoop;
import org.meanfield.train.TrainingPlan;
import org.meanfield.train.WorkerTrainer.IdRecording;
import scala.Tuple2;

/** Resident rounds on local threads; processes that die are in KilledProcessesIT. */
class ResidentRoundRunnerTest {
  private static final OuterOptimizer SLOW =
      new OuterOptimizer(0.8, 0.5, OuterOptimizer.LookAhead.NESTEROV);

  /** Of a round; far beyond what one takes on a busy machine. */
  private static final int TIMEOUT_SECONDS = 240;

  @TempDir static Path folder;
  private static SparkSession spark;
  private static Dataset<Row> rows;
  private final Engine engine = Engines.named("nd4j");

  @BeforeAll
  static void start() {
    spark = LocalSpark.session();
    rows = TinyTraining.rows(folder.resolve("data"));
  }

  @Test
  void givesTheSameBitsAsTheOtherTwoWithAnyNumberOfTasks() {
    for (int workers : new int[] {1, 2, 3, 5}) {
      List<PackedExamples> shards = TinyTraining.shards(rows, workers, folder);
      TrainingPlan plan = TinyTraining.plan(sizes(shards));
      Checkpoint expected = sequential(plan, shards);
      assertThat(onSpark(plan)).isEqualTo(expected);
      for (int tasks : new int[] {1, 2}) {
        assertThat(resident(plan, tasks, new ArrayList<>()))
            .as("%d workers, %d tasks", workers, tasks)
            .isEqualTo(expected);
      }
    }
  }

  @Test
  void outerStepsAndCodecsGiveTheSameBitsToo() {
    List<PackedExamples> shards = TinyTraining.shards(rows, 3, folder);
    for (ExchangeCodec codec : ExchangeCodec.values()) {
      TrainingPlan plan = TinyTraining.plan(sizes(shards), SLOW, codec);
      Checkpoint expected = sequential(plan, shards);
      assertThat(onSpark(plan)).as("%s", codec).isEqualTo(expected);
      assertThat(resident(plan, 2, new ArrayList<>())).as("%s", codec).isEqualTo(expected);
    }
  }

  @Test
  void tellsEachRoundOnceWithWhatItsWorkersDid() {
    TrainingPlan plan = TinyTraining.plan(List.of(12, 12, 12));
    List<MergedRound> told = new ArrayList<>();
    resident(plan, 2, told);
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
    TrainingPlan plan = TinyTraining.plan(sizes(shards));
    List<MergedRound> expected = new ArrayList<>();
    try (RoundRunner runner = new SequentialRoundRunner(engine, plan, shards, IdRecording.OFF)) {
      train(plan, new Told(runner, expected), 1);
    }
    assertThat(expected).anyMatch(round -> round.state().isPresent());
    for (int tasks : new int[] {1, 2}) {
      List<MergedRound> told = new ArrayList<>();
      try (WorkerData data = data(3);
          ResidentRoundRunner runner = runner(plan, data, tasks)) {
        data.load();
        train(plan, new Told(runner, told), 1);
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
    TrainingPlan plan = TinyTraining.plan(sizes(shards));
    AtomicInteger asked = new AtomicInteger();
    JavaSparkContext context = new JavaSparkContext(spark.sparkContext());
    List<MergedRound> told = new ArrayList<>();
    try (WorkerData data = data(3);
        ResidentRoundRunner runner =
            new ResidentRoundRunner(
                context,
                plan,
                data,
                IdRecording.OFF,
                TIMEOUT_SECONDS,
                () -> asked.incrementAndGet() > 2 ? 2 : 1)) {
      data.load();
      Stages stages = new Stages();
      spark.sparkContext().addSparkListener(stages);
      assertThat(train(plan, new Told(runner, told), 1)).isEqualTo(sequential(plan, shards));
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
      TrainingPlan plan = TinyTraining.plan(sizes(shards));
      ModelState state = engine.initialState(plan.network());
      long bytes = 4L * (state.parameters().length() + state.updaterState().length());
      ResultBytes results = new ResultBytes();
      spark.sparkContext().addSparkListener(results);
      resident(plan, 2, new ArrayList<>());
      spark.sparkContext().listenerBus().waitUntilEmpty(60_000);
      spark.sparkContext().removeSparkListener(results);
      assertThat(results.ofLargestStage()).isBetween(bytes, 2 * bytes);
    }
  }

  @Test
  void aWorkerThatDivergesStopsItByName() {
    TrainingPlan plan = TinyTraining.plan(List.of(12, 12, 12));
    ModelState start = engine.initialState(plan.network());
    float[] wild = new float[start.parameters().length()];
    java.util.Arrays.fill(wild, Float.NaN);
    MergedState bad =
        new MergedState(
            new ModelState(FloatVector.wrap(wild), start.updaterState()), FloatVector.empty());
    try (WorkerData data = data(3);
        ResidentRoundRunner runner = runner(plan, data, 2)) {
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
        ResidentRoundRunner runner = runner(plan, data, 2)) {
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
    MergedState start = new MergedState(engine.initialState(plan.network()), FloatVector.empty());
    JavaSparkContext context = new JavaSparkContext(spark.sparkContext());
    var shards = context.parallelize(List.of(0, 1), 2).flatMap(new FailingFetch());
    ImageStore store = new ImageStore(TinyTraining.SPEC, StoreChoice.DECODED);
    ShardRdd failing = new ShardRdd(shards.rdd(), new ShardName("failing", 0), store);
    try (WorkerData data = new WorkerData(failing, List.of(12, 12));
        ResidentRoundRunner runner = runner(plan, data, 2)) {
      var rounds = new LoopIntervals(5, 1, 3).stretch(plan, TrainingClock.START);
      assertTimeoutPreemptively(
          Duration.ofSeconds(TIMEOUT_SECONDS / 2),
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

  private static List<Integer> sizes(List<PackedExamples> shards) {
    return shards.stream().map(PackedExamples::size).toList();
  }

  private static WorkerData data(int workers) {
    return WorkerData.shard(rows, 36, workers, TinyTraining.SEED, TinyTraining.SPEC);
  }

  private static ResidentRoundRunner runner(TrainingPlan plan, WorkerData data, int tasks) {
    JavaSparkContext context = new JavaSparkContext(spark.sparkContext());
    return new ResidentRoundRunner(
        context, plan, data, IdRecording.OFF, TIMEOUT_SECONDS, () -> tasks);
  }

  private Checkpoint resident(TrainingPlan plan, int tasks, List<MergedRound> told) {
    try (WorkerData data = data(plan.workers());
        ResidentRoundRunner runner = runner(plan, data, tasks)) {
      data.load();
      return train(plan, new Told(runner, told));
    }
  }

  private Checkpoint onSpark(TrainingPlan plan) {
    JavaSparkContext context = new JavaSparkContext(spark.sparkContext());
    try (WorkerData data = data(plan.workers());
        SparkRoundRunner runner = new SparkRoundRunner(context, plan, data, IdRecording.OFF)) {
      data.load();
      return train(plan, runner);
    }
  }

  private Checkpoint sequential(TrainingPlan plan, List<PackedExamples> shards) {
    try (RoundRunner runner = new SequentialRoundRunner(engine, plan, shards, IdRecording.OFF)) {
      return train(plan, runner);
    }
  }

  private Checkpoint train(TrainingPlan plan, RoundRunner runner) {
    return train(plan, runner, 5);
  }

  private Checkpoint train(TrainingPlan plan, RoundRunner runner, int checkpointRounds) {
    LocalArtifacts artifacts = new LocalArtifacts(folder.resolve("run"));
    RunJournal journal = RunJournal.at(TrainingClock.START, artifacts, iteration -> 0.01);
    LoopIntervals intervals = new LoopIntervals(checkpointRounds, 1, plan.epochs());
    CheckpointStore checkpoints = new CheckpointStore(artifacts, 1);
    Checkpoint start = Checkpoint.initial(plan.digest(), engine.initialState(plan.network()));
    return new TrainingLoop(plan, runner, state -> 0.5, checkpoints::save, intervals, journal)
        .run(start);
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
    public MergedState run(
        Stretch rounds, MergedState start, java.util.function.Consumer<MergedRound> told) {
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
