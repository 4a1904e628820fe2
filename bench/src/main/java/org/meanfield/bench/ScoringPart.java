package org.meanfield.bench;

import java.util.ArrayList;
import java.util.List;

/** What Spark ML's transformer scores beside the command {@code predict}, with the same model. */
final class ScoringPart implements Part {
  private static final double WANTED = 0.9;
  private static final List<String> NETWORKS = List.of("lenet", "cnn");

  @Override
  public String name() {
    return "scoring";
  }

  @Override
  public Findings measure(Launch launch) {
    int images = launch.extent().choose(40_000, 4_000);
    List<Row> rows = new ArrayList<>();
    for (String network : NETWORKS) {
      for (ScoringSpeed.Way system : ScoringSpeed.Way.values()) {
        rows.add(
            launch.tell(
                new Row(network, system.label(), outcome(launch, network, system, images))));
      }
    }
    Section section =
        new Section(
            "From images to predictions, Fashion-MNIST, local[2]",
            "images/s",
            ScoringSpeed.Way.PREDICT.label(),
            rows);
    List<Target> targets =
        NETWORKS.stream()
            .map(
                network ->
                    new Target(
                        network + ", transform divided by predict",
                        Target.Bound.AT_LEAST,
                        WANTED,
                        section.ratio(
                            network,
                            ScoringSpeed.Way.TRANSFORM.label(),
                            ScoringSpeed.Way.PREDICT.label())))
            .toList();
    return new Findings(List.of(section), targets);
  }

  private static Outcome outcome(
      Launch launch, String network, ScoringSpeed.Way system, int images) {
    String name = "scoring-" + network + "-" + system.label();
    try {
      String model = trained(launch, network);
      return launch
          .jvm()
          .measure(
              name,
              ScoringSpeed.class,
              new ScoringSpeed.Task(
                  system,
                  model,
                  new ScoringSpeed.Images(launch.dataset(images), images),
                  new ScoringSpeed.Images(launch.dataset(images / 4), images / 4),
                  launch.folder(name).toString(),
                  launch.windows()),
              List.of());
    } catch (ChildFailedException e) {
      return new Outcome.Missing(e.getMessage());
    }
  }

  /** Any weights do: a short training, once. */
  private static String trained(Launch launch, String network) throws ChildFailedException {
    String run = launch.folder("scored-" + network).toString();
    if (!java.nio.file.Files.exists(java.nio.file.Path.of(run, "result.json"))) {
      launch
          .jvm()
          .meanfield(
              "train-scored-" + network,
              List.of(
                  "train",
                  "--master=local[2]",
                  "--data=" + launch.dataset(2_000),
                  "--output=" + run,
                  "--model=" + network,
                  "--workers=2",
                  "--epochs=1"));
    }
    return run;
  }
}
