package org.meanfield.jobs.serve.http;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.IntSupplier;
import org.meanfield.jobs.serve.model.ServedModel;

/** What the server counts, in the text format that Prometheus reads. Thread-safe. */
public final class Metrics {
  /** The media type of {@link #text}. */
  static final String CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8";

  private static final List<Double> SECONDS =
      List.of(0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0);
  private static final List<Double> IMAGES =
      List.of(1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0, 128.0, 256.0);

  private final long startSeconds = System.currentTimeMillis() / 1000;
  private final Map<String, LongAdder> requests = new ConcurrentHashMap<>();
  private final Map<String, Histogram> durations = new ConcurrentHashMap<>();
  private final Map<String, LongAdder> answered = new ConcurrentHashMap<>();
  private final Histogram batches = new Histogram(IMAGES);
  private final Histogram computing = new Histogram(SECONDS);
  private final Slots inFlight = new Slots();
  private final Slots arriving = new Slots();
  private final LongAdder swaps = new LongAdder();
  private final LongAdder failures = new LongAdder();
  private volatile String model = "";
  private volatile IntSupplier queued = () -> 0;

  /** Nothing counted yet. */
  public Metrics() {}

  /** From now on another model answers. */
  public void serving(ServedModel next) {
    swaps.increment();
    queued = next::queuedImages;
    model =
        "version=\""
            + escaped(next.version())
            + "\",model_id=\""
            + escaped(next.manifest().modelId())
            + "\",architecture=\""
            + escaped(next.manifest().architecture())
            + "\"";
  }

  /** The model that is wanted could not be opened. */
  public void modelFailed() {
    failures.increment();
  }

  /** A batch was computed. */
  public void batchComputed(int images, long nanoseconds) {
    batches.add(images);
    computing.add(nanoseconds / 1e9);
  }

  /** Images were answered by a version. */
  void answered(String version, int images) {
    counter(answered, "version=\"" + escaped(version) + "\"").add(images);
  }

  /** Requests that are being computed. */
  Slots computing() {
    return inFlight;
  }

  /** Requests whose bodies are arriving. */
  Slots arriving() {
    return arriving;
  }

  /** A request has been answered. */
  void requested(String endpoint, int status, long nanoseconds) {
    counter(requests, "endpoint=\"" + endpoint + "\",code=\"" + status + "\"").increment();
    durations
        .computeIfAbsent("endpoint=\"" + endpoint + "\"", key -> new Histogram(SECONDS))
        .add(nanoseconds / 1e9);
  }

  /** Everything, a line each. */
  String text() {
    StringBuilder text = new StringBuilder();
    head(text, "meanfield_requests_total", "counter", "Requests answered.");
    counters(text, "meanfield_requests_total", requests);
    head(text, "meanfield_request_seconds", "histogram", "Time from the headers to the answer.");
    new TreeMap<>(durations)
        .forEach((labels, each) -> each.print(text, "meanfield_request_seconds", labels));
    head(text, "meanfield_requests_in_flight", "gauge", "Requests that are being computed.");
    line(text, "meanfield_requests_in_flight", "", inFlight.taken());
    head(text, "meanfield_requests_arriving", "gauge", "Requests whose bodies are being read.");
    line(text, "meanfield_requests_arriving", "", arriving.taken());
    head(text, "meanfield_images_total", "counter", "Images answered, by version.");
    counters(text, "meanfield_images_total", answered);
    head(text, "meanfield_batch_images", "histogram", "Images in a batch.");
    batches.print(text, "meanfield_batch_images", "");
    head(text, "meanfield_batch_seconds", "histogram", "Time of the network for a batch.");
    computing.print(text, "meanfield_batch_seconds", "");
    head(text, "meanfield_queued_images", "gauge", "Images that wait for a batch.");
    line(text, "meanfield_queued_images", "", queued.getAsInt());
    head(text, "meanfield_model_info", "gauge", "The model that answers.");
    if (!model.isEmpty()) {
      line(text, "meanfield_model_info", model, 1);
    }
    head(text, "meanfield_models_loaded_total", "counter", "Models that were put in place.");
    line(text, "meanfield_models_loaded_total", "", swaps.sum());
    head(text, "meanfield_model_failures_total", "counter", "Models that could not be opened.");
    line(text, "meanfield_model_failures_total", "", failures.sum());
    head(text, "process_start_time_seconds", "gauge", "Start, in seconds since 1970.");
    line(text, "process_start_time_seconds", "", startSeconds);
    return text.toString();
  }

  private static LongAdder counter(Map<String, LongAdder> counters, String labels) {
    return counters.computeIfAbsent(labels, key -> new LongAdder());
  }

  private static void counters(StringBuilder text, String name, Map<String, LongAdder> counters) {
    new TreeMap<>(counters).forEach((labels, count) -> line(text, name, labels, count.sum()));
  }

  private static void head(StringBuilder text, String name, String type, String help) {
    text.append("# HELP ").append(name).append(' ').append(help).append('\n');
    text.append("# TYPE ").append(name).append(' ').append(type).append('\n');
  }

  private static void line(StringBuilder text, String name, String labels, long value) {
    text.append(name);
    if (!labels.isEmpty()) {
      text.append('{').append(labels).append('}');
    }
    text.append(' ').append(value).append('\n');
  }

  private static String escaped(String value) {
    return value.replace("\\", "\\\\").replace("\"", "\\\"").replace("\n", "\\n");
  }
}
