package org.meanfield.bench;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.ToDoubleFunction;

/**
 * The merged rounds of a finished run, from its {@code journal.jsonl} and {@code result.json}.
 *
 * @param rounds in order
 * @param seconds of the whole training: first round to last, checkpoints included
 */
record RunRounds(List<MergedRound> rounds, double seconds) {
  /** Copies. */
  RunRounds {
    rounds = List.copyOf(rounds);
  }

  /**
   * One round.
   *
   * @param epoch 0-based
   * @param iterations of each worker
   * @param examples all workers together
   * @param seconds from its start to the merged state
   * @param overhead share of the time that went to exchange, scheduling and waiting, in [0, 1]
   */
  record MergedRound(int epoch, int iterations, long examples, double seconds, double overhead) {}

  /** Reads a run's folder. */
  static RunRounds read(Path run) throws IOException {
    ObjectMapper json = new ObjectMapper();
    List<MergedRound> rounds = new ArrayList<>();
    for (String text : Files.readAllLines(run.resolve("journal.jsonl"))) {
      JsonNode line = json.readTree(text);
      if (line.get("kind").textValue().equals("round")) {
        JsonNode shares = line.get("shares");
        rounds.add(
            new MergedRound(
                line.get("epoch").intValue(),
                line.get("iterations").intValue(),
                line.get("examples").longValue(),
                line.get("seconds").doubleValue(),
                shares.get("exchange").doubleValue()
                    + shares.get("waiting").doubleValue()
                    + shares.get("scheduling").doubleValue()));
      }
    }
    JsonNode result = json.readTree(run.resolve("result.json").toFile());
    return new RunRounds(rounds, result.get("trainingSeconds").doubleValue());
  }

  /** Images/s of the whole training, warm-up included. */
  double imagesPerSecond() {
    return rounds.stream().mapToLong(MergedRound::examples).sum() / seconds;
  }

  /**
   * Images/s of each of {@code count} equal groups of consecutive rounds at the end of the run. The
   * time between rounds, such as that of checkpoints, is spread evenly over all rounds. Two fifths
   * of the rounds come before the first group, fewer where the run is short: the JVM still compiles
   * in them.
   */
  List<Double> rates(int count) {
    double within = rounds.stream().mapToDouble(MergedRound::seconds).sum();
    double between = Math.max(0, seconds - within) / rounds.size();
    return windows(
        rounds,
        count,
        window ->
            window.stream().mapToLong(MergedRound::examples).sum()
                / window.stream().mapToDouble(round -> round.seconds() + between).sum());
  }

  /** Share of exchange, scheduling and waiting in per cent, in groups as for {@link #rates}. */
  List<Double> overheads(int count) {
    return windows(rounds, count, RunRounds::overhead);
  }

  /**
   * Mean seconds of a round, in groups as for {@link #rates}, over the rounds that have the full
   * number of iterations and open no epoch: the last one of an epoch has what is left, and the
   * first one follows a checkpoint, which would make short rounds look dearer than long ones.
   */
  List<Double> secondsPerRound(int count) {
    List<MergedRound> inside = new ArrayList<>();
    for (int i = 1; i < rounds.size(); i++) {
      MergedRound round = rounds.get(i);
      if (round.iterations() == longest() && round.epoch() == rounds.get(i - 1).epoch()) {
        inside.add(round);
      }
    }
    return windows(
        inside,
        count,
        window -> window.stream().mapToDouble(MergedRound::seconds).average().orElseThrow());
  }

  /** The middle one of the seconds of all rounds with the full number of iterations. */
  double medianSeconds() {
    double[] seconds =
        rounds.stream()
            .filter(round -> round.iterations() == longest())
            .mapToDouble(MergedRound::seconds)
            .sorted()
            .toArray();
    return seconds[seconds.length / 2];
  }

  private int longest() {
    return rounds.stream().mapToInt(MergedRound::iterations).max().orElse(0);
  }

  private static double overhead(List<MergedRound> window) {
    double lost = window.stream().mapToDouble(round -> round.seconds() * round.overhead()).sum();
    return 100 * lost / window.stream().mapToDouble(MergedRound::seconds).sum();
  }

  private static List<Double> windows(
      List<MergedRound> rounds, int count, ToDoubleFunction<List<MergedRound>> figure) {
    int warmUp = Math.max(1, Math.min(2 * rounds.size() / 5, rounds.size() - count));
    int size = (rounds.size() - warmUp) / count;
    if (size < 1) {
      throw new IllegalArgumentException(
          rounds.size()
              + " rounds are too few for a warm-up and "
              + count
              + " windows; train on more images");
    }
    int first = rounds.size() - size * count;
    List<Double> figures = new ArrayList<>();
    for (int window = 0; window < count; window++) {
      figures.add(
          figure.applyAsDouble(rounds.subList(first + window * size, first + (window + 1) * size)));
    }
    return figures;
  }
}
