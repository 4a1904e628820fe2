package org.meanfield.bench;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.meanfield.export.OnnxScorer;
import org.meanfield.export.ServingBundle;
import org.meanfield.image.PixelImage;
import org.meanfield.jobs.spark.LogConfiguration;
import org.meanfield.model.FloatVector;
import org.meanfield.registry.RegistryState;

/**
 * Images/s of {@code meanfield serve} under full load while the champion changes. Every answer is
 * held against what its version must say; one that is wrong or missing ends the measurement. Run in
 * a process of its own: {@code ServeSpeed TASK.json FIGURES.json}.
 */
public final class ServeSpeed {
  private static final int VERSIONS = 3;
  private static final int WINDOWS = 5;
  private static final double TOLERANCE = 1e-5;
  private static final ObjectMapper JSON = new ObjectMapper();

  private final Task task;
  private final Path registry;
  private final byte[] request;
  private final List<FloatVector> expected = new ArrayList<>();
  private final Set<Integer> seen = new ConcurrentSkipListSet<>();

  /** By what an answer says besides its numbers; read once, for the clients share the cores. */
  private final Map<String, Integer> versions = new ConcurrentHashMap<>();

  /**
   * What is measured.
   *
   * @param export what is served
   * @param folder for the registry
   * @param imagesARequest at least one; all of a request must be answered by one version
   * @param requests that count
   * @param warmUp requests before them, sent again until {@code warmUpSeconds} are over: a server
   *     answers for days, and is not to be measured while Java compiles it
   * @param warmUpSeconds at least
   * @param connections at once
   * @param changes of the champion among the requests that count
   */
  record Task(
      MadeExport export,
      String folder,
      int imagesARequest,
      int requests,
      int warmUp,
      double warmUpSeconds,
      int connections,
      int changes) {}

  private ServeSpeed(Task task) throws IOException {
    this.task = task;
    this.registry = Path.of(task.folder());
    this.request = request(task.export(), task.imagesARequest());
    for (int version = 1; version <= VERSIONS; version++) {
      ServingBundle bundle =
          task.export().write(registry.resolve("versions/" + version + "/export"), version);
      expected.add(scored(task.export(), bundle));
    }
    crown(1, 1);
  }

  /** Measures and writes the figures. */
  public static void main(String[] args) throws Exception {
    LogConfiguration.applyUnlessConfigured();
    try {
      measure(JSON.readValue(Path.of(args[0]).toFile(), Task.class)).write(Path.of(args[1]));
    } catch (Exception e) {
      System.err.print(ChildJvm.UNCAUGHT);
      e.printStackTrace();
      System.exit(1); // the server's threads would keep this process
    }
    System.exit(0); // stops the server
  }

  private static Outcome.Measured measure(Task task) throws Exception {
    ServeSpeed speed = new ServeSpeed(task);
    int port = ServeProcess.start(speed.registry);
    speed.warmUp(port);
    long[] latencies = new long[task.requests()];
    long cpu = processorNanos();
    long start = System.nanoTime();
    List<Double> windows = speed.load(port, task.requests(), task.changes(), latencies);
    double cores = (double) (processorNanos() - cpu) / (System.nanoTime() - start);
    Arrays.sort(latencies);
    Map<String, Double> figures =
        Map.of(
            "cores busy",
            cores,
            "p50 ms",
            latencies[latencies.length / 2] / 1e6,
            "p99 ms",
            latencies[latencies.length * 99 / 100] / 1e6,
            "requests",
            (double) task.requests(),
            "failed",
            0.0, // the first that fails ends the measurement
            "changes of the champion",
            (double) task.changes(),
            "versions that answered",
            (double) speed.seen.size(),
            "models loaded",
            metric(port, "meanfield_models_loaded_total"),
            "images a batch",
            metric(port, "meanfield_batch_images_sum")
                / metric(port, "meanfield_batch_images_count"));
    return new Outcome.Measured(windows, "meanfield serve", figures);
  }

  private void warmUp(int port) throws Exception {
    long start = System.nanoTime();
    do {
      load(port, task.warmUp(), 0, new long[task.warmUp()]);
    } while (System.nanoTime() - start < task.warmUpSeconds() * 1e9);
  }

  /** Processor time that this process has used: server, clients and compilers. */
  private static long processorNanos() {
    return ManagementFactory.getPlatformMXBean(com.sun.management.OperatingSystemMXBean.class)
        .getProcessCpuTime();
  }

  /** As the server counts it since its start. */
  private static double metric(int port, String name) throws IOException {
    try (PlainHttp http = new PlainHttp(port)) {
      return new String(http.send(PlainHttp.get("/metrics")), UTF_8)
          .lines()
          .filter(line -> line.startsWith(name + " "))
          .mapToDouble(line -> Double.parseDouble(line.substring(name.length() + 1)))
          .findFirst()
          .orElseThrow(() -> new IOException("/metrics has no " + name));
    }
  }

  /** Sends so many requests; returns images/s in parts of the same number of requests. */
  private List<Double> load(int port, int requests, int changes, long[] latencies)
      throws Exception {
    AtomicInteger next = new AtomicInteger();
    AtomicInteger answered = new AtomicInteger();
    long[] marks = new long[WINDOWS + 1];
    ExecutorService threads = Executors.newFixedThreadPool(task.connections());
    marks[0] = System.nanoTime();
    List<Future<?>> clients = new ArrayList<>();
    for (int i = 0; i < task.connections(); i++) {
      clients.add(
          threads.submit(
              () -> {
                try (PlainHttp http = new PlainHttp(port)) {
                  for (int n = next.getAndIncrement(); n < requests; n = next.getAndIncrement()) {
                    long start = System.nanoTime();
                    byte[] answer = http.send(request);
                    latencies[n] = System.nanoTime() - start;
                    check(answer);
                    int done = answered.incrementAndGet();
                    if (done % (requests / WINDOWS) == 0) {
                      marks[done / (requests / WINDOWS)] = System.nanoTime();
                    }
                  }
                }
                return null;
              }));
    }
    for (int change = 1; change <= changes; change++) {
      while (answered.get() < (long) change * requests / (changes + 1)
          && clients.stream().noneMatch(Future::isDone)) {
        Thread.sleep(5);
      }
      crown(1 + change, 1 + change % VERSIONS);
    }
    for (Future<?> client : clients) {
      client.get();
    }
    threads.shutdown();
    List<Double> windows = new ArrayList<>();
    for (int i = 0; i < WINDOWS; i++) {
      double images = (double) requests / WINDOWS * task.imagesARequest();
      windows.add(images / ((marks[i + 1] - marks[i]) / 1e9));
    }
    return windows;
  }

  /** JSON, and behind it the numbers of all images. */
  private void check(byte[] answer) throws IOException {
    int numbers = task.imagesARequest() * MadeExport.CLASSES;
    int jsonLength = answer.length - numbers * Float.BYTES;
    int version =
        versions.computeIfAbsent(new String(answer, 0, jsonLength, UTF_8), ServeSpeed::version);
    FloatBuffer found =
        ByteBuffer.wrap(answer, jsonLength, numbers * Float.BYTES)
            .order(ByteOrder.LITTLE_ENDIAN)
            .asFloatBuffer();
    FloatVector wanted = expected.get(version - 1);
    for (int i = 0; i < numbers; i++) {
      float probability = wanted.get(i % MadeExport.CLASSES);
      if (!(Math.abs(found.get(i) - probability) <= TOLERANCE)) {
        throw new IOException(
            "not the answer of version " + version + ": " + found.get(i) + " for " + probability);
      }
    }
    seen.add(version);
  }

  private static int version(String json) {
    try {
      return JSON.readTree(json).path("model_version").asInt();
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("an answer is no JSON: " + json, e);
    }
  }

  private void crown(int generation, int version) throws IOException {
    RegistryState state =
        new RegistryState(
            generation, List.of(version), Optional.empty(), new TreeMap<>(), new TreeSet<>(), "");
    Path temporary = Files.writeString(registry.resolve(".champion"), state.toJson());
    Files.move(temporary, registry.resolve(RegistryState.FILE), StandardCopyOption.ATOMIC_MOVE);
  }

  private static FloatVector scored(MadeExport export, ServingBundle bundle) {
    byte[] pixels = bytes(export);
    PixelImage image = new PixelImage(export.side(), export.side(), export.channels(), pixels);
    try (OnnxScorer scorer =
        new OnnxScorer(
            "check",
            bundle.file(ServingBundle.ONNX_FILE),
            export.spec(),
            bundle.manifest().classes(),
            1)) {
      return scorer.score(List.of(image)).get(0);
    }
  }

  /** The same image as often as a request has images. */
  private static byte[] request(MadeExport export, int images) {
    byte[] pixels = bytes(export);
    byte[] head =
        ("{\"parameters\":{\"binary_data_output\":true},\"inputs\":[{\"name\":\"pixels\","
                + "\"datatype\":\"UINT8\",\"shape\":[%d,%d,%d,%d],"
                + "\"parameters\":{\"binary_data_size\":%d}}]}")
            .formatted(
                images, export.side(), export.side(), export.channels(), images * pixels.length)
            .getBytes(UTF_8);
    byte[] body = Arrays.copyOf(head, head.length + images * pixels.length);
    for (int i = 0; i < images; i++) {
      System.arraycopy(pixels, 0, body, head.length + i * pixels.length, pixels.length);
    }
    return PlainHttp.post(
        "/v2/models/classifier/infer",
        "Inference-Header-Content-Length: " + head.length + "\r\n",
        body);
  }

  private static byte[] bytes(MadeExport export) {
    List<Integer> values = export.pixels(1);
    byte[] pixels = new byte[values.size()];
    for (int i = 0; i < pixels.length; i++) {
      pixels[i] = values.get(i).byteValue();
    }
    return pixels;
  }
}
