package org.meanfield.bench;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.meanfield.export.OnnxNetwork;
import org.meanfield.export.ServingBundle;
import org.meanfield.jobs.spark.LogConfiguration;

/**
 * Images/s of ONNX Runtime and nothing else, and how long a batch takes: a loop on each core that
 * computes the same batch again and again. Run in a process of its own: {@code OnnxLoops TASK.json
 * FIGURES.json}.
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
  record Task(MadeExport export, String folder, int batchSize, Timing timing) {}

  /** Measures an export in a process of its own, which leaves it in {@link #folder}. */
  static Outcome measure(Launch launch, String name, MadeExport export, int batchSize) {
    Timing timing = launch.extent().choose(new Timing(4, 5, 4, 0), new Timing(0.1, 2, 0.1, 0));
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
    List<BatchTimes> times = Stream.generate(BatchTimes::new).limit(cores).toList();
    List<Double> windows = new ArrayList<>();
    try (OnnxNetwork network =
        new OnnxNetwork("loop", bundle.file(ServingBundle.ONNX_FILE), task.export().spec(), 1)) {
      double warm = imagesPerSecond(network, task, times, task.timing().warmUpSeconds());
      times.forEach(BatchTimes::forget);
      for (int window = 0; window < task.timing().windows(); window++) {
        windows.add(imagesPerSecond(network, task, times, task.timing().windowSeconds()));
      }
      new Outcome.Measured(
              windows,
              "ONNX Runtime, batches of " + task.batchSize(),
              Map.of(
                  "cores",
                  (double) cores,
                  "warming up",
                  warm,
                  "p50 ms of a batch",
                  BatchTimes.milliseconds(times, 0.5),
                  "p99 ms of a batch",
                  BatchTimes.milliseconds(times, 0.99)))
          .write(Path.of(args[1]));
    }
  }

  /** One loop for each of {@code times}, which remembers its batches. */
  private static double imagesPerSecond(
      OnnxNetwork network, Task task, List<BatchTimes> times, double seconds)
      throws InterruptedException, ExecutionException {
    ExecutorService threads = Executors.newFixedThreadPool(times.size());
    long end = System.nanoTime() + Math.round(seconds * 1e9);
    List<Future<Double>> loops = new ArrayList<>();
    for (BatchTimes each : times) {
      loops.add(threads.submit(() -> loop(network, task, end, each)));
    }
    double sum = 0;
    for (Future<Double> loop : loops) {
      sum += loop.get();
    }
    threads.shutdown();
    return sum;
  }

  private static double loop(OnnxNetwork network, Task task, long endNanos, BatchTimes times) {
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
    long now = start;
    do {
      long before = now;
      images += network.score(pixels.clear(), task.batchSize()).size();
      now = System.nanoTime();
      times.add(now - before);
    } while (now < endNanos);
    return images / ((now - start) / 1e9);
  }

  /** How long the batches of one loop took. Made before the loop, which is not to allocate. */
  private static final class BatchTimes {
    private static final int MOST = 1 << 20; // many times what the quickest network does

    private final long[] nanos = new long[MOST];
    private int count;

    void add(long batchNanos) {
      if (count < MOST) {
        nanos[count++] = batchNanos;
      }
    }

    void forget() {
      count = 0;
    }

    /** The time that a share of all loops' batches did not exceed. */
    static double milliseconds(List<BatchTimes> times, double share) {
      long[] sorted =
          times.stream()
              .flatMapToLong(loop -> Arrays.stream(loop.nanos, 0, loop.count))
              .sorted()
              .toArray();
      return sorted[(int) (sorted.length * share)] / 1e6;
    }
  }
}
