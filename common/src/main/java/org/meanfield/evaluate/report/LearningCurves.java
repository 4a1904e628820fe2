package org.meanfield.evaluate.report;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.meanfield.error.CorruptArtifactException;

/**
 * How a run went, read from its journal.
 *
 * @param rounds in order
 * @param validations in order
 */
public record LearningCurves(List<RoundPoint> rounds, List<ValidationPoint> validations) {
  private static final ObjectMapper JSON = new ObjectMapper();

  /** Copies the lists. */
  public LearningCurves {
    rounds = List.copyOf(rounds);
    validations = List.copyOf(validations);
  }

  /** Of a model whose training is not at hand. */
  public static LearningCurves none() {
    return new LearningCurves(List.of(), List.of());
  }

  /**
   * Reads a journal: a JSON object a line; kinds of lines other than rounds and validations are
   * left out.
   *
   * @param artefact where it lies, for messages
   * @throws CorruptArtifactException where a line is no JSON
   */
  public static LearningCurves parse(String artefact, String journal) {
    List<JsonNode> rounds = new ArrayList<>();
    List<JsonNode> validations = new ArrayList<>();
    Map<Integer, Integer> roundsByEpoch = new HashMap<>();
    for (String text : journal.lines().filter(line -> !line.isBlank()).toList()) {
      JsonNode line = line(artefact, text);
      switch (line.path("kind").asText()) {
        case "round" -> {
          rounds.add(line);
          roundsByEpoch.merge(line.path("epoch").asInt(), 1, Integer::sum);
        }
        case "validation" -> validations.add(line);
        default -> {
          // Later versions may journal more; the curves need these two.
        }
      }
    }
    return new LearningCurves(
        points(rounds, roundsByEpoch), validations.stream().map(LearningCurves::point).toList());
  }

  /** True where there is nothing to draw. */
  public boolean isEmpty() {
    return rounds.isEmpty() && validations.isEmpty();
  }

  private static List<RoundPoint> points(
      List<JsonNode> rounds, Map<Integer, Integer> roundsByEpoch) {
    Map<Integer, Integer> seen = new HashMap<>();
    List<RoundPoint> points = new ArrayList<>();
    for (JsonNode line : rounds) {
      int epoch = line.path("epoch").asInt();
      double position =
          epoch + (double) seen.merge(epoch, 1, Integer::sum) / roundsByEpoch.get(epoch);
      JsonNode shares = line.path("shares");
      points.add(
          new RoundPoint(
              position,
              line.path("loss").asDouble(),
              line.path("learningRate").asDouble(),
              line.path("imagesPerSecond").asDouble(),
              line.path("seconds").asDouble(),
              shares.path("compute").asDouble(),
              shares.path("data").asDouble(),
              shares.path("exchange").asDouble(),
              shares.path("waiting").asDouble(),
              shares.path("scheduling").asDouble()));
    }
    return points;
  }

  private static ValidationPoint point(JsonNode line) {
    return new ValidationPoint(
        line.path("epoch").asInt() + 1.0, line.path("accuracy").asDouble(Double.NaN));
  }

  private static JsonNode line(String artefact, String text) {
    try {
      return JSON.readTree(text);
    } catch (JsonProcessingException e) {
      throw new CorruptArtifactException(
          artefact + " has a line that is no JSON: " + text + "; restore or delete the file", e);
    }
  }

  /**
   * One merged round.
   *
   * @param epoch position in training: 1.5 is halfway through the second epoch
   * @param loss mean over the round
   * @param learningRate at its end
   * @param imagesPerSecond all workers together
   * @param seconds it took
   * @param compute share of the time in the networks' steps
   * @param data share of the time waiting for minibatches
   * @param exchange share of the time moving and merging states
   * @param waiting share of the time that tasks waited for the slowest one
   * @param scheduling share of the time for everything else
   */
  public record RoundPoint(
      double epoch,
      double loss,
      double learningRate,
      double imagesPerSecond,
      double seconds,
      double compute,
      double data,
      double exchange,
      double waiting,
      double scheduling) {}

  /**
   * One validation.
   *
   * @param epoch finished epochs
   * @param accuracy share of right answers
   */
  public record ValidationPoint(double epoch, double accuracy) {}
}
