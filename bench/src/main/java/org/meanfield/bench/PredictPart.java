package org.meanfield.bench;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** {@code meanfield predict} on a data set, beside loops of ONNX Runtime on the same cores. */
final class PredictPart implements Part {
  private static final String LOOP = "ONNX Runtime, a loop on each core, batches of 64";
  private static final String PREDICT = "predict, two threads";
  private static final double WANTED = 0.9;
  private static final int BATCH_SIZE = 64;

  /**
   * From several milliseconds of a core an image to a few hundredths: what predicting adds does not
   * grow with the network. And two sizes of input: what starting adds to a command does not grow
   * with the images.
   */
  private static final List<Load> LOADS =
      List.of(
          new Load(new MadeExport("resnet18", 128, 1), 30_000),
          new Load(new MadeExport("resnet18", 64, 1), 60_000),
          new Load(new MadeExport("cnn", 28, 1), 60_000),
          new Load(new MadeExport("cnn", 28, 1), 480_000),
          new Load(new MadeExport("lenet", 28, 1), 480_000));

  /**
   * What is scored.
   *
   * @param export that scores
   * @param images of Fashion-MNIST; beyond 60,000 they come again with another first pixel
   */
  private record Load(MadeExport export, int images) {
    String label() {
      return String.format(Locale.ROOT, "%s, %,d images", export.label(), images);
    }

    String name() {
      return "predict-" + export.network() + "-" + export.side() + "-" + images;
    }
  }

  @Override
  public String name() {
    return "predict";
  }

  @Override
  public Findings measure(Launch launch) {
    List<Row> rows = new ArrayList<>();
    for (Load load : LOADS) {
      String name = load.name();
      Outcome loop = OnnxLoops.measure(launch, name, load.export(), BATCH_SIZE);
      rows.add(launch.tell(new Row(load.label(), LOOP, loop)));
      rows.add(
          launch.tell(
              new Row(
                  load.label(),
                  PREDICT,
                  predict(launch, load, name, OnnxLoops.folder(launch, name)))));
    }
    Section section = new Section("Fashion-MNIST on Spark, local[2]", "images/s", LOOP, rows);
    List<Target> targets =
        section.atLeast(WANTED, "predict against loops of ONNX Runtime", PREDICT, LOOP);
    return new Findings(List.of(section), targets);
  }

  /** Each window is a whole command in a process of its own: reading, decoding and writing too. */
  private static Outcome predict(Launch launch, Load load, String name, Path export) {
    List<Double> windows = new ArrayList<>();
    try {
      String data = launch.dataset(launch.extent().choose(load.images(), 500));
      for (int i = 0; i < launch.extent().choose(3, 1); i++) {
        Path output = launch.folder(name + "-" + i);
        launch
            .jvm()
            .meanfield(
                name + "-" + i,
                List.of(
                    "predict",
                    "--master=local[2]",
                    "--spark-conf=spark.ui.enabled=false",
                    "--model=" + export,
                    "--input=" + data,
                    "--output=" + output,
                    "--batch-size=" + BATCH_SIZE));
        windows.add(
            new ObjectMapper()
                .readTree(output.resolve("result.json").toFile())
                .path("imagesPerSecond")
                .asDouble());
      }
    } catch (ChildFailedException e) {
      return new Outcome.Missing(e.getMessage());
    } catch (IOException e) {
      return new Outcome.Missing("its result cannot be read: " + e.getMessage());
    }
    return new Outcome.Measured(windows, "meanfield predict", Map.of());
  }
}
