package org.meanfield.bench;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.meanfield.export.OnnxNetwork;
import org.meanfield.export.ServingBundle;
import org.meanfield.jobs.spark.LogConfiguration;

/**
 * Images/s of ONNX Runtime and nothing else: a loop on each core that computes the same batch again
 * and again. Run in a process of its own: {@code OnnxLoops TASK.json FIGURES.json}.
 */
public final class OnnxLoops {
  private OnnxLoops() {}

  /**
   * What is measured.
   *
   * @param export what is computed
   * @param folder where the export is left
   * @param batchSize images in a call
   * @param timing how long
   */
  record Task(MadeExport export, String folder, int batchSize, EngineSpeed.Timing timing) {}

  /** Measures an export in a process of its own, which leaves it in {@link #folder}. */
  static Outcome measure(Launch launch, String name, MadeExport export, int batchSize) {
    EngineSpeed.Timing timing =
        launch
            .extent()
            .choose(new EngineSpeed.Timing(4, 5, 4, 0), new EngineSpeed.Timing(0.1, 2, 0.1, 0));
    Task task = new Task(export, folder(launch, name).toString(), batchSize, timing);
    return launch.jvm().measure(name + "-loop", OnnxLoops.class, task, List.of());
  }

  /** Where {@link #measure} leaves the export. */
  static Path folder(Launch launch, String name) {
    return launch.folder(name + "-export");
  }

  /** Measures and writes the figures. */
  public static void main(String[] args) throws Exception {
    LogConfiguration.applyUnlessConfigured();
    Task task = new ObjectMapper().readValue(Path.of(args[0]).toFile(), Task.class);
    ServingBundle bundle = task.export().write(Path.of(task.folder()), 1);
    int cores = Runtime.getRuntime().availableProcessors();
    List<Double> windows = new ArrayList<>();
    try (OnnxNetwork network =
        new OnnxNetwork("loop", bundle.file(ServingBundle.ONNX_FILE), task.export().spec(), 1)) {
      double warm = imagesPerSecond(network, task, cores, task.timing().warmUpSeconds());
      for (int window = 0; window < task.timing().windows(); window++) {
        windows.add(imagesPerSecond(network, task, cores, task.timing().windowSeconds()));
      }
      new Outcome.Measured(
              windows,
              "ONNX Runtime, batches of " + task.batchSize(),
              Map.of("cores", (double) cores, "warming up", warm))
          .write(Path.of(args[1]));
    }
  }

  private static double imagesPerSecond(OnnxNetwork network, Task task, int cores, double seconds)
      throws InterruptedException, ExecutionException {
    ExecutorService threads = Executors.newFixedThreadPool(cores);
    long end = System.nanoTime() + Math.round(seconds * 1e9);
    List<Future<Double>> loops = new ArrayList<>();
    for (int i = 0; i < cores; i++) {
      loops.add(threads.submit(() -> loop(network, task, end)));
    }
    double sum = 0;
    for (Future<Double> loop : loops) {
      sum += loop.get();
    }
    threads.shutdown();
    return sum;
  }

  private static double loop(OnnxNetwork network, Task task, long endNanos) {
    int values = task.batchSize() * task.export().spec().values();
    FloatBuffer pixels =
        ByteBuffer.allocateDirect(values * Float.BYTES)
            .order(ByteOrder.nativeOrder())
            .asFloatBuffer();
    for (int i = 0; i < values; i++) {
      pixels.put(i, i % 256);
    }
    long start = System.nanoTime();
    long images = 0;
    do {
      images += network.score(pixels.clear(), task.batchSize()).size();
    } while (System.nanoTime() < endNanos);
    return images / ((System.nanoTime() - start) / 1e9);
  }
}
