package org.meanfield.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Function;

/**
 * What rounds cost beside computing: the share of exchange and scheduling against the averaging
 * period and the size of the model, and the time of a round against the number of workers.
 */
final class RoundsPart implements Part {
  private static final String RESIDENT = "resident";
  private static final String JOB = "job";
  private static final List<String> RUNNERS = List.of(JOB, RESIDENT);
  private static final int AVERAGING_PERIOD = 16;
  private static final int CORES = 2;

  /**
   * As many rounds as a warm-up and five windows need, of the shorter ones some hundred: code that
   * runs once a round is compiled only after hundreds of them. All of it within 17 minutes.
   */
  private static final List<Load> FULL =
      List.of(
          new Load(
              "lenet",
              "0.4 million",
              Variant.TORCH_FP32,
              28,
              RUNNERS,
              lengths(
                  Map.of(
                      1, new Length(60_000, 1),
                      4, new Length(60_000, 2),
                      16, new Length(60_000, 6)))),
          new Load(
              "cnn",
              "0.3 million",
              Variant.TORCH_FP32,
              28,
              List.of(RESIDENT),
              lengths(Map.of(1, new Length(20_480, 1), 16, new Length(60_000, 1)))),
          new Load(
              "resnet18",
              "11 million",
              Variant.TORCH_FP32,
              32,
              RUNNERS,
              lengths(Map.of(4, new Length(5_120, 1)))),
          new Load(
              "resnet50",
              "24 million",
              Variant.TORCH_FP32,
              32,
              RUNNERS,
              lengths(Map.of(4, new Length(4_096, 1)))));

  private static final List<Load> QUICK =
      List.of(
          new Load(
              "lenet",
              "0.4 million",
              Variant.TORCH_FP32,
              28,
              RUNNERS,
              lengths(Map.of(4, new Length(2_048, 1)))));

  /**
   * How long a training is.
   *
   * @param images of an epoch
   * @param epochs over them
   */
  private record Length(int images, int epochs) {}

  /**
   * What is trained.
   *
   * @param network a built-in architecture
   * @param size of its parameters, for people
   * @param variant engine and precision
   * @param side of the square images that the network sees
   * @param runners that are measured
   * @param lengths for each averaging period
   */
  private record Load(
      String network,
      String size,
      Variant variant,
      int side,
      List<String> runners,
      SortedMap<Integer, Length> lengths) {
    String label() {
      return network + ", " + size + " parameters, " + variant.label();
    }
  }

  /**
   * A training with more and more workers. Shards have the same size whatever K is, and so many
   * epochs that every K trains on equally many images.
   *
   * @param workers each K that is measured
   * @param averagingPeriod k
   * @param shard images of one worker
   * @param epochs at the largest K
   */
  private record Crowd(
      String network, List<Integer> workers, int averagingPeriod, int shard, int epochs) {
    String label() {
      return network + ", resident, k = " + averagingPeriod;
    }
  }

  @Override
  public String name() {
    return "rounds";
  }

  @Override
  public Findings measure(Launch launch) {
    Section shares = shares(launch);
    Section crowds = crowds(launch);
    List<Target> targets = new ArrayList<>();
    for (String group : shares.groups()) {
      if (group.startsWith("lenet") || group.startsWith("cnn")) {
        targets.add(share(shares, group, AVERAGING_PERIOD, 3));
        targets.add(share(shares, group, 1, 15));
      }
    }
    for (String group : crowds.groups()) {
      targets.add(growth(crowds, group));
    }
    return new Findings(List.of(shares, crowds), targets);
  }

  private static Section shares(Launch launch) {
    List<Row> rows = new ArrayList<>();
    for (Load load : launch.extent().choose(FULL, QUICK)) {
      load.lengths()
          .forEach(
              (period, length) -> {
                for (String runner : load.runners()) {
                  rows.add(launch.tell(share(launch, load, runner, period, length)));
                }
              });
    }
    return new Section(
        "Exchange and scheduling of a round, 2 workers on " + MeanfieldTraining.CLUSTER,
        "% of its time",
        system(JOB, AVERAGING_PERIOD),
        rows);
  }

  private static Row share(Launch launch, Load load, String runner, int period, Length length) {
    MeanfieldTraining training =
        training(
            load.network(),
            load.variant(),
            runner,
            CORES,
            period,
            length.epochs(),
            length.images());
    Outcome outcome =
        measured(
            training.withSide(load.side()), launch, rounds -> rounds.overheads(launch.windows()));
    return new Row(load.label(), system(runner, period), outcome);
  }

  private static Section crowds(Launch launch) {
    List<Crowd> crowds =
        launch
            .extent()
            .choose(
                List.of(
                    new Crowd("lenet", List.of(2, 4, 8, 16), AVERAGING_PERIOD, 3_072, 3),
                    new Crowd("cnn", List.of(2, 16), 4, 1_280, 2)),
                List.of(new Crowd("lenet", List.of(2, 4), 1, 256, 1)));
    List<Row> rows = new ArrayList<>();
    for (Crowd crowd : crowds) {
      int most = crowd.workers().get(crowd.workers().size() - 1);
      for (int count : crowd.workers()) {
        MeanfieldTraining training =
            training(
                crowd.network(),
                Variant.TORCH_FP32,
                RESIDENT,
                count,
                crowd.averagingPeriod(),
                crowd.epochs() * most / count,
                crowd.shard() * count);
        Outcome outcome = measured(training, launch, rounds -> perWorker(rounds, count, launch));
        rows.add(launch.tell(new Row(crowd.label(), workers(count), outcome)));
      }
    }
    return new Section(
        "Time of a round for each of an executor's workers, torch fp32, 2 executors with a core each",
        "ms",
        workers(CORES),
        rows);
  }

  private static MeanfieldTraining training(
      String network,
      Variant variant,
      String runner,
      int workers,
      int period,
      int epochs,
      int images) {
    return new MeanfieldTraining(
        network,
        variant,
        MeanfieldTraining.CLUSTER,
        runner,
        workers,
        period,
        epochs,
        images,
        FashionMnist.SIDE);
  }

  private static Outcome measured(
      MeanfieldTraining training, Launch launch, Function<RunRounds, List<Double>> figures) {
    try {
      MeanfieldTraining.Run run = training.run(launch);
      return new Outcome.Measured(figures.apply(run.rounds()), run.software(), Map.of())
          .with("ms a round", 1000 * run.rounds().medianSeconds());
    } catch (ChildFailedException | IllegalArgumentException e) {
      return new Outcome.Missing(e.getMessage());
    }
  }

  private static List<Double> perWorker(RunRounds rounds, int workers, Launch launch) {
    return rounds.secondsPerRound(launch.windows()).stream()
        .map(seconds -> 1000 * seconds * CORES / workers)
        .toList();
  }

  private static SortedMap<Integer, Length> lengths(Map<Integer, Length> byPeriod) {
    return new TreeMap<>(byPeriod);
  }

  private static String system(String runner, int period) {
    return runner + ", k = " + period;
  }

  private static String workers(int count) {
    return "K = " + count;
  }

  private static Target share(Section section, String group, int period, double limit) {
    String system = system(RESIDENT, period);
    return new Target(
        group + ", " + system + ": exchange and scheduling, % of a round",
        Target.Bound.AT_MOST,
        limit,
        section.outcome(group, system).median());
  }

  private static Target growth(Section section, String group) {
    OptionalDouble ratio = section.ratio(group, workers(16), workers(CORES));
    return new Target(
        group + ": growth of a round's time per worker from K = 2 to K = 16, %",
        Target.Bound.AT_MOST,
        5,
        ratio.isPresent() ? OptionalDouble.of(100 * (ratio.getAsDouble() - 1)) : ratio);
  }
}
