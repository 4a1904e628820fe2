package org.meanfield.bench;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.Map;

/** What Spark ML's transformer scores beside the command {@code predict}, with the same model. */
final class ScoringPart implements Part {
  private static final double WANTED = 0.9;

  /** What is scored in a window of some seconds. */
  private static final Map<String, Integer> IMAGES = Map.of("lenet", 160_000, "cnn", 40_000);

  private static final List<String> NETWORKS = List.of("lenet", "cnn");

  @Override
  public String name() {
    return "scoring";
  }

  @Override
  public Findings measure(Launch launch) {
    List<Row> rows = new ArrayList<>();
    for (String network : NETWORKS) {
      int images = launch.extent().choose(IMAGES.get(network), 4_000);
      Iterator<Outcome> outcomes = outcomes(launch, network, images).iterator();
      for (ScoringSpeed.Way way : ScoringSpeed.Way.values()) {
        rows.add(launch.tell(new Row(network, way.label(), outcomes.next())));
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

  /** Of each way, in order. */
  private static List<Outcome> outcomes(Launch launch, String network, int images) {
    String name = "scoring-" + network;
    int ways = ScoringSpeed.Way.values().length;
    try {
      return launch
          .jvm()
          .measureInTurns(
              name,
              ways,
              ScoringSpeed.class,
              new ScoringSpeed.Task(
                  trained(launch, network),
                  new ScoringSpeed.Images(launch.dataset(images), images),
                  new ScoringSpeed.Images(launch.dataset(images / 4), images / 4),
                  launch.folder(name).toString(),
                  launch.windows()));
    } catch (ChildFailedException e) {
      return Collections.nCopies(ways, new Outcome.Missing(e.getMessage()));
    }
  }

  /** Any weights do: a short training, once. */
  private static String trained(Launch launch, String network) throws ChildFailedException {
    String run = launch.folder("scored-" + network).toString();
    if (!Files.exists(Path.of(run, "result.json"))) {
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
