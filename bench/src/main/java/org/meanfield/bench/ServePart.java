package org.meanfield.bench;

import java.util.ArrayList;
import java.util.List;

/** {@code meanfield serve} under full load, beside loops of ONNX Runtime on the same cores. */
final class ServePart implements Part {
  private static final String LOOP = "ONNX Runtime, a loop on each core, batches of 32";
  private static final String SERVE = "serve, 32 connections, one image a request";
  private static final double WANTED_SHARE = 0.8;
  private static final int CONNECTIONS = 32;
  private static final int BATCH_SIZE = 32;
  private static final int CHAMPION_CHANGES = 20;

  /**
   * From several milliseconds of a core an image to a few hundredths: what serving adds does not
   * grow with the network.
   */
  private static final List<MadeExport> EXPORTS =
      List.of(
          new MadeExport("resnet18", 128, 3),
          new MadeExport("resnet18", 64, 3),
          new MadeExport("resnet20", 32, 3),
          new MadeExport("cnn", 28, 1),
          new MadeExport("lenet", 28, 1));

  @Override
  public String name() {
    return "serve";
  }

  @Override
  public Findings measure(Launch launch) {
    List<Row> rows = new ArrayList<>();
    for (MadeExport export : EXPORTS) {
      String name = "serve-" + export.network() + "-" + export.side();
      Outcome loop = OnnxLoops.measure(launch, name, export, BATCH_SIZE);
      rows.add(launch.tell(new Row(export.label(), LOOP, loop)));
      rows.add(launch.tell(new Row(export.label(), SERVE, served(launch, name, export))));
    }
    Section section =
        new Section(
            "Serving while the champion changes "
                + CHAMPION_CHANGES
                + " times, client and server on the same cores",
            "images/s",
            LOOP,
            rows);
    List<Target> targets =
        section.atLeast(WANTED_SHARE, "serve against loops of ONNX Runtime", SERVE, LOOP);
    return new Findings(List.of(section), targets);
  }

  private static Outcome served(Launch launch, String name, MadeExport export) {
    int requests = launch.extent().choose(50_000, 1_000);
    int warmUp = launch.extent().choose(10_000, 500);
    ServeSpeed.Task task =
        new ServeSpeed.Task(
            export,
            launch.folder(name + "-registry").toString(),
            requests,
            warmUp,
            CONNECTIONS,
            CHAMPION_CHANGES);
    return launch.jvm().measure(name, ServeSpeed.class, task, launch.jvm().shippedFlags());
  }
}
