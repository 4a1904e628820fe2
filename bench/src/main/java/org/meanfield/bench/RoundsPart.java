package org.meanfield.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
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
   * What is trained.
   *
   * @param network a built-in architecture
   * @param size of its parameters, for people
   * @param variant engine and precision
   * @param images of the only epoch
   * @param side of the square images that the network sees
   */
  private record Load(String network, String size, Variant variant, int images, int side) {
    String label() {
      return network + ", " + size + " parameters, " + variant.label();
    }
  }

  /**
   * A training with more and more workers. Shards have the same size whatever K is, and so many
   * epochs that every K trains on equally many images.
   *
   * @param runners that are measured
   * @param shard images of one worker
   * @param epochs at the largest K
   */
  private record Crowd(String network, List<String> runners, int shard, int epochs) {}

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
    for (String network : List.of("lenet", "cnn")) {
      targets.add(growth(crowds, network));
    }
    return new Findings(List.of(shares, crowds), targets);
  }

  private static Section shares(Launch launch) {
    List<Load> loads =
        launch
            .extent()
            .choose(
                List.of(
                    new Load("lenet", "0.4 million", Variant.TORCH_FP32, 60_000, 28),
                    new Load("lenet", "0.4 million", Variant.TORCH_BF16, 60_000, 28),
                    new Load("cnn", "0.3 million", Variant.TORCH_FP32, 24_576, 28),
                    new Load("cnn", "0.3 million", Variant.TORCH_BF16, 24_576, 28),
                    new Load("resnet18", "11 million", Variant.TORCH_FP32, 14_336, 32),
                    new Load("resnet50", "24 million", Variant.TORCH_FP32, 12_288, 32)),
                List.of(new Load("lenet", "0.4 million", Variant.TORCH_FP32, 2_048, 28)));
    List<Integer> periods = launch.extent().choose(List.of(1, 4, 16), List.of(4));
    List<Row> rows = new ArrayList<>();
    for (Load load : loads) {
      for (int period : periods) {
        for (String runner : RUNNERS) {
          MeanfieldTraining training =
              training(load.network(), load.variant(), runner, CORES, period, 1, load.images());
          Outcome outcome =
              measured(
                  training.withSide(load.side()),
                  launch,
                  rounds -> rounds.overheads(launch.windows()));
          rows.add(launch.tell(new Row(load.label(), system(runner, period), outcome)));
        }
      }
    }
    return new Section(
        "Exchange and scheduling of a round, 2 workers on " + MeanfieldTraining.CLUSTER,
        "% of its time",
        system(JOB, AVERAGING_PERIOD),
        rows);
  }

  private static Section crowds(Launch launch) {
    List<Crowd> crowds =
        launch
            .extent()
            .choose(
                List.of(
                    new Crowd("lenet", RUNNERS, 3_072, 4),
                    new Crowd("cnn", List.of(RESIDENT), 3_072, 3)),
                List.of(new Crowd("lenet", RUNNERS, 256, 1)));
    List<Integer> workers = launch.extent().choose(List.of(2, 4, 8, 16), List.of(2, 4));
    int most = workers.get(workers.size() - 1);
    int period = launch.extent().choose(AVERAGING_PERIOD, 1);
    List<Row> rows = new ArrayList<>();
    for (Crowd crowd : crowds) {
      for (String runner : crowd.runners()) {
        for (int count : workers) {
          MeanfieldTraining training =
              training(
                  crowd.network(),
                  Variant.TORCH_FP32,
                  runner,
                  count,
                  period,
                  crowd.epochs() * most / count,
                  crowd.shard() * count);
          Outcome outcome = measured(training, launch, rounds -> perWorker(rounds, count, launch));
          rows.add(launch.tell(new Row(crowd(crowd.network(), runner), workers(count), outcome)));
        }
      }
    }
    return new Section(
        "Time of a round for each of an executor's workers, k = 16, torch fp32, 2 executors with a core each",
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

  private static String system(String runner, int period) {
    return runner + ", k = " + period;
  }

  private static String crowd(String network, String runner) {
    return network + ", " + runner;
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

  private static Target growth(Section section, String network) {
    OptionalDouble ratio = section.ratio(crowd(network, RESIDENT), workers(16), workers(CORES));
    return new Target(
        network + ": growth of a round's time per worker from K = 2 to K = 16, %",
        Target.Bound.AT_MOST,
        5,
        ratio.isPresent() ? OptionalDouble.of(100 * (ratio.getAsDouble() - 1)) : ratio);
  }
}
