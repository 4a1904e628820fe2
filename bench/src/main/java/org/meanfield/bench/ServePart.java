package org.meanfield.bench;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** {@code meanfield serve} under full load, beside loops of ONNX Runtime on the same cores. */
final class ServePart implements Part {
  private static final String LOOP = "ONNX Runtime, a loop on each core, batches of 32";
  private static final double WANTED_SHARE = 0.8;
  private static final int CONNECTIONS = 32;
  private static final int BATCH_SIZE = 32;
  private static final int CHAMPION_CHANGES = 20;

  private final String network;
  private final List<Load> loads;

  private ServePart(String network, List<Load> loads) {
    this.network = network;
    this.loads = loads;
  }

  /**
   * One part for each network, of five to twenty minutes each. From several milliseconds of a core
   * an image to a few hundredths: what a request adds does not grow with the network. Nor does it
   * grow with its images: clients of cheap networks that have many images send several at once, the
   * more the cheaper they are.
   */
  static List<Part> all() {
    MadeExport large = new MadeExport("resnet18", 128, 3);
    MadeExport middle = new MadeExport("resnet18", 64, 3);
    MadeExport small = new MadeExport("resnet20", 32, 3);
    MadeExport grey = new MadeExport("cnn", 28, 1);
    MadeExport cheapest = new MadeExport("lenet", 28, 1);
    return Stream.of(
            List.of(new Load(large, 1), new Load(middle, 1), new Load(middle, 2)),
            List.of(new Load(small, 1), new Load(small, 8)),
            List.of(new Load(grey, 1), new Load(grey, 8)),
            List.of(new Load(cheapest, 1), new Load(cheapest, 32), new Load(cheapest, 64)))
        .<Part>map(loads -> new ServePart(loads.get(0).export().network(), loads))
        .toList();
  }

  @Override
  public String name() {
    return "serve-" + network;
  }

  @Override
  public Findings measure(Launch launch) {
    Map<String, Row> rows = new LinkedHashMap<>();
    for (Load load : loads) {
      String group = load.export().label();
      rows.computeIfAbsent(
          group,
          first ->
              launch.tell(
                  new Row(
                      group,
                      LOOP,
                      OnnxLoops.measure(launch, load.name(), load.export(), BATCH_SIZE))));
      rows.put(load.name(), launch.tell(new Row(group, load.system(), served(launch, load))));
    }
    Section section =
        new Section(
            "Serving while the champion changes "
                + CHAMPION_CHANGES
                + " times, client and server on the same cores",
            "images/s",
            LOOP,
            List.copyOf(rows.values()));
    return new Findings(
        List.of(section), loads.stream().map(load -> target(section, load)).toList());
  }

  private static Target target(Section section, Load load) {
    return new Target(
        "serve against loops of ONNX Runtime, " + load.export().label() + ", " + load.told(),
        Target.Bound.AT_LEAST,
        WANTED_SHARE,
        section.ratio(load.export().label(), load.system(), LOOP));
  }

  private static Outcome served(Launch launch, Load load) {
    ServeSpeed.Task task =
        new ServeSpeed.Task(
            load.export(),
            launch.folder(load.name() + "-registry").toString(),
            load.imagesARequest(),
            launch.extent().choose(50_000, 1_000),
            launch.extent().choose(10_000, 500),
            launch.extent().choose(30.0, 0.0),
            CONNECTIONS,
            CHAMPION_CHANGES);
    return launch.jvm().measure(load.name(), ServeSpeed.class, task, List.of());
  }

  /**
   * What is asked.
   *
   * @param export that answers
   * @param imagesARequest at least one
   */
  private record Load(MadeExport export, int imagesARequest) {
    String told() {
      return imagesARequest == 1 ? "one image a request" : imagesARequest + " images a request";
    }

    String system() {
      return "serve, " + CONNECTIONS + " connections, " + told();
    }

    String name() {
      return "serve-" + export.network() + "-" + export.side() + "-" + imagesARequest;
    }
  }
}
