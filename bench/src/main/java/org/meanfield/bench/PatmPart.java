package org.meanfield.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * Whole training on two cores: DL4J's own {@code ParameterAveragingTrainingMaster}, ours, and two
 * processes that never exchange anything, which is as fast as two cores can be.
 */
final class PatmPart implements Part {
  private static final int AVERAGING_PERIOD = 16;
  private static final int CORES = 2;
  private static final String WHOLE_RUN = "whole run, images/s";
  private static final String LIMIT = "two independent torch fp32 processes";
  private static final String AS_IT_COMES = "DL4J's own, as it comes";
  private static final String WITH_HELPERS = "DL4J's own, with oneDNN";
  private static final List<Variant> OURS =
      List.of(Variant.ND4J_ONEDNN, Variant.TORCH_FP32, Variant.TORCH_BF16);

  /**
   * How much is measured of a network. The figures of DL4J's own are for whole averaging periods:
   * two workers train on 2,048 images between two merges.
   *
   * @param network a built-in architecture
   * @param stock of DL4J's own, as it comes and with oneDNN
   * @param nd4j images that ours trains on in all
   * @param torch the same
   * @param masters that ours runs on
   * @param averagingPeriod k
   */
  private record Scale(
      String network,
      Map<Variant, Fits> stock,
      Share nd4j,
      Share torch,
      List<String> masters,
      int averagingPeriod) {
    Share of(Variant variant) {
      return variant == Variant.ND4J_ONEDNN ? nd4j : torch;
    }
  }

  /**
   * How much of the data DL4J's own trains on.
   *
   * @param warmUpImages of the first fit, which does not count
   * @param images of each fit that counts
   */
  private record Fits(int warmUpImages, int images) {}

  /**
   * How much of the data ours trains on.
   *
   * @param images of an epoch
   * @param epochs over them
   */
  private record Share(int images, int epochs) {}

  private final Scale full;

  private PatmPart(Scale full) {
    this.full = full;
  }

  /**
   * One part for each network, of about ten minutes each: slow systems train on less, but none on
   * less than a warm-up and five windows of whole averaging periods.
   */
  static List<Part> all() {
    Scale lenet =
        new Scale(
            "lenet",
            Map.of(
                Variant.ND4J_AS_IT_COMES, new Fits(2_048, 8_192),
                Variant.ND4J_ONEDNN, new Fits(2_048, 16_384)),
            new Share(60_000, 3),
            new Share(60_000, 7),
            List.of(MeanfieldTraining.CLUSTER, MeanfieldTraining.THREADS),
            AVERAGING_PERIOD);
    Scale cnn =
        new Scale(
            "cnn",
            Map.of(
                Variant.ND4J_AS_IT_COMES, new Fits(512, 2_048),
                Variant.ND4J_ONEDNN, new Fits(2_048, 2_048)),
            new Share(20_480, 1),
            new Share(20_480, 2),
            List.of(MeanfieldTraining.CLUSTER),
            AVERAGING_PERIOD);
    return List.of(new PatmPart(lenet), new PatmPart(cnn));
  }

  @Override
  public String name() {
    return "patm-" + full.network();
  }

  @Override
  public Findings measure(Launch launch) {
    Scale scale = launch.extent().choose(full, quick(full.network()));
    List<Row> rows = rows(scale, launch);
    Section section =
        new Section(
            "Whole training on two cores, K = 2, minibatch 64, a merge every 16 iterations",
            "images/s",
            WITH_HELPERS,
            rows);
    return new Findings(List.of(section), targets(section));
  }

  private static Scale quick(String network) {
    Fits fits = new Fits(512, 512);
    Share share = new Share(2_048, 1);
    return new Scale(
        network,
        Map.of(Variant.ND4J_AS_IT_COMES, fits, Variant.ND4J_ONEDNN, fits),
        share,
        share,
        List.of(MeanfieldTraining.CLUSTER),
        4);
  }

  private static List<Row> rows(Scale scale, Launch launch) {
    List<Row> rows = new ArrayList<>();
    rows.add(stock(AS_IT_COMES, Variant.ND4J_AS_IT_COMES, scale, launch));
    rows.add(stock(WITH_HELPERS, Variant.ND4J_ONEDNN, scale, launch));
    for (Variant variant : OURS) {
      for (String master : scale.masters()) {
        rows.add(ours(variant, master, scale, launch));
      }
    }
    rows.add(limit(scale, launch));
    return rows;
  }

  private static Row stock(String system, Variant variant, Scale scale, Launch launch) {
    Fits fits = scale.stock().get(variant);
    StockTraining.Task task =
        new StockTraining.Task(
            launch.fashionMnist().toString(),
            scale.network(),
            CORES,
            MeanfieldTraining.BATCH_SIZE,
            scale.averagingPeriod(),
            fits.warmUpImages(),
            fits.images(),
            launch.windows());
    String name = "stock-" + scale.network() + "-" + variant.id();
    return launch.tell(
        new Row(
            scale.network(),
            system,
            launch.jvm().measure(name, StockTraining.class, task, variant.properties())));
  }

  private static Row ours(Variant variant, String master, Scale scale, Launch launch) {
    MeanfieldTraining training =
        new MeanfieldTraining(
            scale.network(),
            variant,
            master,
            "auto",
            CORES,
            scale.averagingPeriod(),
            scale.of(variant).epochs(),
            scale.of(variant).images(),
            FashionMnist.SIDE);
    return launch.tell(new Row(scale.network(), ours(variant, master), train(training, launch)));
  }

  private static String ours(Variant variant, String master) {
    return "Meanfield " + variant.label() + ", " + master;
  }

  private static Outcome train(MeanfieldTraining training, Launch launch) {
    try {
      MeanfieldTraining.Run run = training.run(launch);
      Outcome accuracy = TestAccuracy.judge(training.id(), run.folder(), launch);
      return new Outcome.Measured(
              run.rounds().rates(launch.windows()),
              run.software(),
              accuracy instanceof Outcome.Measured measured ? measured.figures() : Map.of())
          .with(WHOLE_RUN, run.rounds().imagesPerSecond());
    } catch (ChildFailedException | IllegalArgumentException e) {
      return new Outcome.Missing(e.getMessage());
    }
  }

  /** The windows of both processes, added up in the order in which both measured them. */
  private static Row limit(Scale scale, Launch launch) {
    Timing timing = Timing.together(launch.extent());
    EngineSpeed.Task task =
        new EngineSpeed.Task(
            Variant.TORCH_FP32,
            scale.network(),
            FashionMnist.SIDE,
            1,
            MeanfieldTraining.BATCH_SIZE,
            timing);
    List<String> names =
        Stream.of("a", "b").map(side -> "limit-" + scale.network() + "-" + side).toList();
    List<Outcome> both = launch.jvm().measureTogether(names, EngineSpeed.class, task, List.of());
    return launch.tell(new Row(scale.network(), LIMIT, sum(both.get(0), both.get(1))));
  }

  private static Outcome sum(Outcome one, Outcome other) {
    if (one instanceof Outcome.Measured first && other instanceof Outcome.Measured second) {
      List<Double> sums = new ArrayList<>();
      for (int window = 0; window < first.windows().size(); window++) {
        sums.add(first.windows().get(window) + second.windows().get(window));
      }
      return new Outcome.Measured(sums, first.software(), first.figures());
    }
    return one instanceof Outcome.Missing ? one : other;
  }

  private static List<Target> targets(Section section) {
    List<Target> targets = new ArrayList<>();
    for (String network : section.groups()) {
      targets.add(target(section, network, Variant.TORCH_FP32, LIMIT, 0.95));
      double bf16 = network.equals("cnn") ? 1.6 : 1.3;
      targets.add(target(section, network, Variant.TORCH_BF16, LIMIT, bf16));
      double asItComes = network.equals("cnn") ? 25 : 10;
      for (Variant variant : List.of(Variant.TORCH_FP32, Variant.TORCH_BF16)) {
        if (network.equals("lenet")) {
          targets.add(target(section, network, variant, WITH_HELPERS, 6));
        }
        targets.add(target(section, network, variant, AS_IT_COMES, asItComes));
      }
    }
    return targets;
  }

  private static Target target(
      Section section, String network, Variant variant, String other, double limit) {
    String system = ours(variant, MeanfieldTraining.CLUSTER);
    return new Target(
        network + ": " + system + ", divided by " + other,
        Target.Bound.AT_LEAST,
        limit,
        section.ratio(network, system, other));
  }
}
