package org.meanfield.jobs.dl4j;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.spark.SparkContext;
import org.deeplearning4j.spark.api.stats.SparkTrainingStats;
import org.deeplearning4j.spark.stats.BaseEventStats;
import org.deeplearning4j.spark.stats.EventStats;
import org.deeplearning4j.spark.stats.ExampleCountEventStats;
import org.deeplearning4j.spark.util.SparkUtils;
import org.meanfield.train.RoundReport;
import org.meanfield.train.WorkerReport;

/**
 * Where the time of fits went, as DL4J's programs read it. Of a worker's events the machine is
 * named {@code worker-N}: which executor that ran on is of no consequence.
 */
final class FitTimes implements SparkTrainingStats {
  private static final long serialVersionUID = 1L;
  private static final String DELIMITER = ",";
  static final String FIT = "MeanfieldFitTimesMs";
  static final String SHARD = "MeanfieldShardTimesMs";
  static final String ROUND = "MeanfieldRoundTimesMs";
  static final String COMPUTE = "MeanfieldWorkerComputeTimesMs";
  static final String DATA = "MeanfieldWorkerDataWaitTimesMs";
  static final String EXCHANGE = "MeanfieldWorkerExchangeTimesMs";

  private static final Map<String, String> SHORT_NAMES = new LinkedHashMap<>();

  static {
    SHORT_NAMES.put(FIT, "Fit");
    SHORT_NAMES.put(SHARD, "Shard");
    SHORT_NAMES.put(ROUND, "Round");
    SHORT_NAMES.put(COMPUTE, "Compute");
    SHORT_NAMES.put(DATA, "DataWait");
    SHORT_NAMES.put(EXCHANGE, "Exchange");
  }

  private final LinkedHashMap<String, ArrayList<EventStats>> events = new LinkedHashMap<>();

  FitTimes() {
    SHORT_NAMES.keySet().forEach(key -> events.put(key, new ArrayList<>()));
  }

  /** A copy that does not grow any more. */
  FitTimes copy() {
    FitTimes copy = new FitTimes();
    copy.addOtherTrainingStats(this);
    return copy;
  }

  /** Something that the driver did from {@code startMillis} until now. */
  void add(String key, long startMillis, long examples) {
    long duration = System.currentTimeMillis() - startMillis;
    events.get(key).add(new ExampleCountEventStats(startMillis, duration, examples));
  }

  /** A round that was just merged. */
  void add(RoundReport report) {
    long millis = millis(report.seconds());
    long start = System.currentTimeMillis() - millis;
    events.get(ROUND).add(new ExampleCountEventStats(start, millis, report.examples()));
    for (WorkerReport worker : report.workers()) {
      addWorker(COMPUTE, worker.worker(), start, worker.time().compute());
      addWorker(DATA, worker.worker(), start, worker.time().data());
      addWorker(EXCHANGE, worker.worker(), start, worker.time().exchange());
    }
  }

  private void addWorker(String key, int worker, long start, double seconds) {
    events
        .get(key)
        .add(new BaseEventStats("worker-" + worker, "worker-" + worker, 0, start, millis(seconds)));
  }

  private static long millis(double seconds) {
    return Math.round(1000 * seconds);
  }

  @Override
  public Set<String> getKeySet() {
    return Collections.unmodifiableSet(events.keySet());
  }

  @Override
  public List<EventStats> getValue(String key) {
    return List.copyOf(known(key));
  }

  @Override
  public String getShortNameForKey(String key) {
    known(key);
    return SHORT_NAMES.get(key);
  }

  /** A fit spans its rounds, so that only these are drawn. */
  @Override
  public boolean defaultIncludeInPlots(String key) {
    known(key);
    return !key.equals(FIT);
  }

  @Override
  public void addOtherTrainingStats(SparkTrainingStats other) {
    if (!(other instanceof FitTimes that)) {
      throw new IllegalArgumentException(
          "Training statistics of MeanfieldTrainingMaster can be added to their own kind only;"
              + " found "
              + (other == null ? "null" : other.getClass().getName()));
    }
    that.events.forEach((key, more) -> events.get(key).addAll(more));
  }

  /** None: what workers did is among the events. */
  @Override
  public SparkTrainingStats getNestedTrainingStats() {
    return null;
  }

  @Override
  public String statsAsString() {
    return events.entrySet().stream()
        .map(
            entry ->
                String.format(DEFAULT_PRINT_FORMAT, entry.getKey()) + durations(entry.getValue()))
        .collect(Collectors.joining("\n", "", "\n"));
  }

  /** One file for each kind of event: {@code KEY.txt}. */
  @Override
  public void exportStatFiles(String folder, SparkContext spark) throws IOException {
    for (Map.Entry<String, ArrayList<EventStats>> entry : events.entrySet()) {
      StringBuilder lines = new StringBuilder();
      for (EventStats event : entry.getValue()) {
        if (lines.isEmpty()) {
          lines.append(event.getStringHeader(DELIMITER)).append('\n');
        }
        lines.append(event.asString(DELIMITER)).append('\n');
      }
      SparkUtils.writeStringToFile(folder + "/" + entry.getKey() + ".txt", lines.toString(), spark);
    }
  }

  private static String durations(List<EventStats> events) {
    return events.stream()
        .map(event -> Long.toString(event.getDurationMs()))
        .collect(Collectors.joining(DELIMITER));
  }

  private List<EventStats> known(String key) {
    List<EventStats> found = events.get(key);
    if (found == null) {
      throw new IllegalArgumentException(
          "There are no training statistics '" + key + "'; there are " + events.keySet());
    }
    return found;
  }
}
