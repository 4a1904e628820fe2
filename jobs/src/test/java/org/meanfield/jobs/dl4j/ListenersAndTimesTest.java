package org.meanfield.jobs.dl4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.deeplearning4j.core.storage.StatsStorageRouter;
import org.deeplearning4j.core.storage.listener.RoutingIterationListener;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.optimize.api.BaseTrainingListener;
import org.deeplearning4j.spark.api.stats.SparkTrainingStats;
import org.deeplearning4j.spark.impl.multilayer.SparkDl4jMultiLayer;
import org.deeplearning4j.spark.stats.ExampleCountEventStats;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.meanfield.jobs.testing.LocalSpark;
import org.nd4j.linalg.dataset.DataSet;

/** What a program hears of a fit while it runs and afterwards. */
class ListenersAndTimesTest {
  private static JavaSparkContext spark;
  private static JavaRDD<DataSet> data;
  @TempDir private Path folder;

  @BeforeAll
  static void start() {
    spark = new JavaSparkContext(LocalSpark.session().sparkContext());
    data = spark.parallelize(TinyMinibatches.images(7), 2);
  }

  @Test
  void listenersSeeEveryMergedRound() {
    Recorder recorder = new Recorder();
    SparkDl4jMultiLayer training = training();
    training.setListeners(recorder);
    training.fit(data);
    training.fit(data);
    // 17 examples of the largest shard in minibatches of 4 are 5 iterations: rounds of 2, 2 and 1.
    assertThat(recorder.heard)
        .containsExactly(
            "start 0", "0/2", "0/4", "0/5", "end 0", "start 1", "1/7", "1/9", "1/10", "end 1");
    assertThat(recorder.sums).doesNotHaveDuplicates();
    assertThat(recorder.scores).allMatch(score -> score > 0 && score < 5);
    assertThat(training.getNetwork().getIterationCount()).isEqualTo(10);
    SparkDl4jMultiLayer silent = training();
    silent.fit(data);
    silent.fit(data);
    assertThat(silent.getNetwork().params()).isEqualTo(training.getNetwork().params());
  }

  @Test
  void routingListenersGetTheRouter() {
    Router router = new Router();
    Routed routed = new Routed();
    SparkDl4jMultiLayer training = training();
    training.setListeners(router, routed);
    assertThat(routed.getStorageRouter()).isSameAs(router);
  }

  @Test
  void timesTellWhereAFitSpentThem() throws Exception {
    MeanfieldTrainingMaster master =
        MeanfieldTrainingMasterTest.builder().collectTrainingStats(true).build();
    assertThat(master.getIsCollectTrainingStats()).isTrue();
    SparkDl4jMultiLayer training =
        new SparkDl4jMultiLayer(spark, TinyMinibatches.convolutional(), master);
    training.fit(data);
    training.fit(data);
    SparkTrainingStats stats = training.getSparkTrainingStats();
    assertThat(stats.getValue(FitTimes.FIT)).hasSize(2);
    assertThat(stats.getValue(FitTimes.SHARD)).hasSize(1);
    assertThat(stats.getValue(FitTimes.ROUND)).hasSize(6);
    assertThat(stats.getValue(FitTimes.ROUND))
        .extracting(event -> ((ExampleCountEventStats) event).getTotalExampleCount())
        .satisfies(
            counts -> assertThat(counts.stream().mapToLong(count -> count).sum()).isEqualTo(100));
    assertThat(stats.getValue(FitTimes.COMPUTE))
        .hasSize(18)
        .extracting(event -> event.getMachineID())
        .contains("worker-0", "worker-1", "worker-2");
    assertThat(stats.getKeySet()).allMatch(key -> !stats.getShortNameForKey(key).isEmpty());
    assertThat(stats.statsAsString()).contains(FitTimes.EXCHANGE);
    stats.exportStatFiles(folder.toString(), spark.sc());
    assertThat(Files.readString(folder.resolve(FitTimes.COMPUTE + ".txt"))).contains("worker-2");
    assertThatThrownBy(() -> stats.getValue("other")).hasMessageContaining(FitTimes.ROUND);
    stats.addOtherTrainingStats(training.getSparkTrainingStats());
    assertThat(stats.getValue(FitTimes.FIT)).hasSize(4);
    training.setCollectTrainingStats(false);
    assertThat(training.getSparkTrainingStats()).isNull();
  }

  private static SparkDl4jMultiLayer training() {
    return new SparkDl4jMultiLayer(
        spark, TinyMinibatches.convolutional(), MeanfieldTrainingMasterTest.builder().build());
  }

  private static final class Recorder extends BaseTrainingListener {
    private final List<String> heard = new ArrayList<>();
    private final List<Double> sums = new ArrayList<>();
    private final List<Double> scores = new ArrayList<>();

    @Override
    public void iterationDone(Model model, int iteration, int epoch) {
      heard.add(epoch + "/" + iteration);
      sums.add(model.params().sumNumber().doubleValue());
      scores.add(model.score());
    }

    @Override
    public void onEpochStart(Model model) {
      heard.add("start " + heard.stream().filter(line -> line.startsWith("start")).count());
    }

    @Override
    public void onEpochEnd(Model model) {
      heard.add("end " + heard.stream().filter(line -> line.startsWith("end")).count());
    }
  }

  /** Keeps its router. */
  private static final class Routed extends BaseTrainingListener
      implements RoutingIterationListener {
    private static final long serialVersionUID = 1L;
    private transient Optional<StatsStorageRouter> router = Optional.empty();

    @Override
    public void setStorageRouter(StatsStorageRouter given) {
      router = Optional.of(given);
    }

    @Override
    public StatsStorageRouter getStorageRouter() {
      return router.orElse(null);
    }

    @Override
    public void setWorkerID(String id) {}

    @Override
    public String getWorkerID() {
      return "driver";
    }

    @Override
    public void setSessionID(String id) {}

    @Override
    public String getSessionID() {
      return "session";
    }

    @Override
    public RoutingIterationListener clone() {
      return this;
    }
  }

  /** Takes everything and keeps nothing. */
  private static final class Router implements StatsStorageRouter {
    @Override
    public void putStorageMetaData(org.deeplearning4j.core.storage.StorageMetaData data) {}

    @Override
    public void putStorageMetaData(
        Collection<? extends org.deeplearning4j.core.storage.StorageMetaData> data) {}

    @Override
    public void putStaticInfo(org.deeplearning4j.core.storage.Persistable info) {}

    @Override
    public void putStaticInfo(
        Collection<? extends org.deeplearning4j.core.storage.Persistable> info) {}

    @Override
    public void putUpdate(org.deeplearning4j.core.storage.Persistable update) {}

    @Override
    public void putUpdate(
        Collection<? extends org.deeplearning4j.core.storage.Persistable> updates) {}
  }
}
