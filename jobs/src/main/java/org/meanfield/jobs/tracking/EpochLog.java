package org.meanfield.jobs.tracking;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Rounds and validations as epochs: from a run's journal, and then as they happen. */
final class EpochLog {
  private static final ObjectMapper JSON = new ObjectMapper();

  private final Map<Integer, Totals> epochs = new TreeMap<>();

  /** Sums of an epoch. */
  private static final class Totals {
    private long examples;
    private double loss;
    private double seconds;
    private double learningRate;
    private Double accuracy;
  }

  /**
   * The epochs of a journal.
   *
   * @param journal content of {@code journal.jsonl}
   * @param rounds how many of its rounds count: later ones are run again
   * @throws JsonProcessingException where a line cannot be read
   */
  static EpochLog of(String journal, int rounds) throws JsonProcessingException {
    EpochLog log = new EpochLog();
    for (String text : journal.lines().toList()) {
      JsonNode line = JSON.readTree(text);
      if (line.path("round").asInt() >= rounds) {
        continue;
      }
      int epoch = line.path("epoch").asInt();
      if (line.path("kind").asText().equals("validation")) {
        log.validated(epoch, line.path("accuracy").asDouble());
      } else {
        log.round(
            epoch,
            line.path("examples").asLong(),
            line.path("loss").asDouble(),
            line.path("learningRate").asDouble(),
            line.path("seconds").asDouble());
      }
    }
    return log;
  }

  /**
   * A merged round.
   *
   * @param epoch 0-based
   * @param loss mean over its examples
   * @param learningRate of its last iteration
   */
  void round(int epoch, long examples, double loss, double learningRate, double seconds) {
    Totals totals = totals(epoch);
    totals.examples += examples;
    totals.loss += loss * examples;
    totals.seconds += seconds;
    totals.learningRate = learningRate;
  }

  /**
   * The state at the end of an epoch was measured.
   *
   * @param epoch 0-based
   */
  void validated(int epoch, double accuracy) {
    totals(epoch).accuracy = accuracy;
  }

  /** The figures of the first epochs, in order. */
  List<EpochFigures> first(int count) {
    return epochs.entrySet().stream()
        .filter(each -> each.getKey() < count)
        .map(each -> figures(each.getKey(), each.getValue()))
        .toList();
  }

  private Totals totals(int epoch) {
    return epochs.computeIfAbsent(epoch, number -> new Totals());
  }

  private static EpochFigures figures(int epoch, Totals totals) {
    Map<String, Double> metrics = new HashMap<>();
    metrics.put(EpochFigures.LOSS, totals.loss / totals.examples);
    metrics.put(EpochFigures.LEARNING_RATE, totals.learningRate);
    metrics.put(EpochFigures.IMAGES_PER_SECOND, totals.examples / totals.seconds);
    if (totals.accuracy != null) {
      metrics.put(EpochFigures.VALIDATION_ACCURACY, totals.accuracy);
    }
    return new EpochFigures(epoch + 1, metrics);
  }
}
