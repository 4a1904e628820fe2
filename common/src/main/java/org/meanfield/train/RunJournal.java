package org.meanfield.train;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntToDoubleFunction;
import org.meanfield.error.CorruptArtifactException;

/**
 * {@code journal.jsonl}: a line for each merged round and each validation. Written whole, never
 * behind a checkpoint; on resume the lines after the checkpoint go, so that it always tells one
 * undisturbed story.
 */
public final class RunJournal implements TrainingListener {
  /** Its path in the run's folder. */
  public static final String FILE = "journal.jsonl";

  private static final ObjectMapper JSON = new ObjectMapper();

  private final ArtifactStore artifacts;
  private final IntToDoubleFunction learningRate;
  private final List<String> lines;
  private TimeShares shares = TimeShares.NONE;
  private double seconds;

  private RunJournal(
      ArtifactStore artifacts, IntToDoubleFunction learningRate, List<String> lines) {
    this.artifacts = artifacts;
    this.learningRate = learningRate;
    this.lines = lines;
  }

  /**
   * Continues a run's journal at a clock, or starts one.
   *
   * @param learningRate by iteration
   * @throws CorruptArtifactException where a line cannot be read
   */
  public static RunJournal at(
      TrainingClock clock, ArtifactStore artifacts, IntToDoubleFunction learningRate) {
    List<String> kept = new ArrayList<>();
    String text =
        artifacts.read(FILE).map(bytes -> new String(bytes, StandardCharsets.UTF_8)).orElse("");
    for (String line : text.lines().toList()) {
      if (roundOf(line, artifacts) < clock.round()) {
        kept.add(line);
      }
    }
    return new RunJournal(artifacts, learningRate, kept);
  }

  @Override
  public void roundMerged(RoundReport report) {
    shares = shares.mean(seconds, report.shares(), report.seconds());
    seconds += report.seconds();
    Round round = report.round();
    ObjectNode line = JSON.createObjectNode();
    line.put("kind", "round");
    line.put("round", round.number());
    line.put("epoch", round.epoch());
    line.put("iteration", round.iteration());
    line.put("iterations", round.iterations());
    line.put("loss", report.loss());
    line.put(
        "learningRate", learningRate.applyAsDouble(round.iteration() + round.iterations() - 1));
    line.put("examples", report.examples());
    line.put("imagesPerSecond", report.imagesPerSecond());
    line.put("seconds", report.seconds());
    line.put("engine", report.engine());
    line.put("limit", report.shares().limit().id());
    line.set("shares", JSON.valueToTree(report.shares()));
    ObjectNode ids = JSON.createObjectNode();
    for (WorkerReport worker : report.workers()) {
      if (!worker.exampleIds().isEmpty()) {
        ids.set(Integer.toString(worker.worker()), JSON.valueToTree(worker.exampleIds()));
      }
    }
    if (!ids.isEmpty()) {
      line.set("exampleIds", ids);
    }
    add(line);
  }

  @Override
  public void validated(TrainingClock clock, double accuracy) {
    ObjectNode line = JSON.createObjectNode();
    line.put("kind", "validation");
    line.put("round", clock.round() - 1);
    line.put("epoch", clock.epoch() - 1);
    line.put("accuracy", accuracy);
    add(line);
  }

  @Override
  public void beforeCheckpoint(TrainingClock clock) {
    flush();
  }

  /** Writes all lines so far. */
  public void flush() {
    String text = lines.isEmpty() ? "" : String.join("\n", lines) + "\n";
    artifacts.write(FILE, text.getBytes(StandardCharsets.UTF_8));
  }

  /** Where the time of the rounds that this process ran went; all zero where it ran none. */
  public TimeShares shares() {
    return shares;
  }

  private void add(ObjectNode line) {
    try {
      lines.add(JSON.writeValueAsString(line));
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("A journal line always has a JSON form", e);
    }
  }

  private static int roundOf(String line, ArtifactStore artifacts) {
    try {
      JsonNode round = JSON.readTree(line).get("round");
      if (round != null) {
        return round.intValue();
      }
      throw new CorruptArtifactException(
          artifacts.location()
              + "/"
              + FILE
              + " has a line without a round: "
              + line
              + "; restore or delete the file");
    } catch (IOException e) {
      throw new CorruptArtifactException(
          artifacts.location()
              + "/"
              + FILE
              + " has a line that is not JSON: "
              + line
              + "; restore or delete the file",
          e);
    }
  }
}
