package org.meanfield.jobs.serve;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.meanfield.config.Setting;
import org.meanfield.config.Settings;
import org.meanfield.image.ImageInspector;
import org.meanfield.jobs.serve.http.ServerLimits;
import org.meanfield.jobs.serve.model.BatchRule;

/**
 * What {@code serve} is asked to do.
 *
 * @param model an export's folder, a registry, or a serving folder
 * @param follow which version of a registry: champion or an alias
 * @param name of the model in paths
 * @param host address to listen at
 * @param port 0 for any
 * @param batch how requests are put together
 * @param limits what the server takes on
 * @param poll how often the registry is looked at
 */
record ServeSettings(
    String model,
    String follow,
    String name,
    String host,
    int port,
    BatchRule batch,
    ServerLimits limits,
    Duration poll) {
  static final Setting<String> MODEL =
      Setting.text("serve.model")
          .means(
              "What answers: an export's folder, or a registry or a serving folder, whose champion"
                  + " is followed.");
  static final Setting<String> FOLLOW =
      Setting.text("serve.follow")
          .defaultsTo(FollowedVersion.CHAMPION)
          .means("Which version of a registry answers: champion, or an alias.");
  static final Setting<String> NAME =
      Setting.text("serve.name")
          .limited("letters, digits, dots, dashes or underscores", n -> n.matches("[\\w.-]+"))
          .defaultsTo("classifier")
          .means("The model's name in paths and answers: /v2/models/NAME.");
  static final Setting<String> HOST =
      Setting.text("serve.host")
          .defaultsTo("127.0.0.1")
          .means(
              "The address to listen at; 0.0.0.0 for all. There is no authentication and no TLS:"
                  + " put a proxy before anything but a trusted network.");
  static final Setting<Integer> PORT =
      Setting.integer("serve.port")
          .atLeast(0)
          .atMost(65_535)
          .defaultsTo(8080)
          .means("The port to listen at; 0 for any that is free, which the first line names.");
  static final Setting<Integer> MAX_BATCH =
      Setting.integer("serve.max-batch")
          .atLeast(1)
          .atMost(4096)
          .defaultsTo(32)
          .means("Images that the network computes in one go at most.");
  static final Setting<Double> MAX_DELAY =
      Setting.decimal("serve.max-delay-milliseconds")
          .atLeast(0)
          .atMost(10_000)
          .defaultsTo(0.0)
          .means(
              "How long an image may wait for others to fill a batch while a thread is free."
                  + " Batches fill by themselves while all threads are busy; waiting besides pays"
                  + " where a batch of one takes much longer than its share of a full one.");
  static final Setting<Optional<Integer>> THREADS =
      Setting.integer("serve.threads")
          .atLeast(1)
          .optional()
          .means("Batches that are computed at once, each on a core; where not set, all cores.");
  static final Setting<Integer> MAX_CONCURRENT =
      Setting.integer("serve.max-concurrent")
          .atLeast(1)
          .defaultsTo(256)
          .means("Requests to the network at once; more are answered 429.");
  static final Setting<Integer> MAX_BODY =
      Setting.integer("serve.max-body-bytes")
          .atLeast(1024)
          .atMost(1 << 30)
          .defaultsTo(32 << 20)
          .means("Bytes of a request; more are answered 413.");
  static final Setting<Double> BODY =
      Setting.decimal("serve.body-seconds")
          .above(0)
          .defaultsTo(30.0)
          .means(
              "How long the body of a request may take to arrive; one that takes longer is answered"
                  + " 408. Until it is there it keeps no other request from the network.");
  static final Setting<Long> MAX_PIXELS =
      Setting.longInteger("serve.max-pixels")
          .atLeast(1)
          .defaultsTo(ImageInspector.DEFAULT_MAX_PIXELS)
          .means(
              "Height times width of an image file; more are answered 413, before they are"
                  + " decoded.");
  static final Setting<Double> POLL =
      Setting.decimal("serve.poll-seconds")
          .above(0)
          .defaultsTo(5.0)
          .means("How often the registry or the serving folder is looked at for another champion.");
  static final Setting<Double> DRAIN =
      Setting.decimal("serve.drain-seconds")
          .atLeast(0)
          .defaultsTo(0.0)
          .means(
              "After SIGTERM: how long requests are still taken while /v2/health/ready says 503, so"
                  + " that load balancers look away first.");
  static final Setting<Double> STOP =
      Setting.decimal("serve.stop-seconds")
          .atLeast(0)
          .defaultsTo(30.0)
          .means("After that: how long requests in flight are waited for.");
  static final Setting<String> OUTPUT =
      Setting.text("serve.output")
          .defaultsTo("")
          .means("A folder for result.json; where empty none is written.");

  /** In the order of the documentation. */
  static List<Setting<?>> declared() {
    return List.of(
        MODEL,
        FOLLOW,
        NAME,
        HOST,
        PORT,
        MAX_BATCH,
        MAX_DELAY,
        THREADS,
        MAX_CONCURRENT,
        MAX_BODY,
        BODY,
        MAX_PIXELS,
        POLL,
        DRAIN,
        STOP,
        OUTPUT);
  }

  static ServeSettings from(Settings settings) {
    int cores = Runtime.getRuntime().availableProcessors();
    return new ServeSettings(
        settings.get(MODEL).replaceFirst("/+$", ""),
        settings.get(FOLLOW),
        settings.get(NAME),
        settings.get(HOST),
        settings.get(PORT),
        new BatchRule(
            settings.get(THREADS).orElse(cores),
            settings.get(MAX_BATCH),
            Duration.ofNanos(Math.round(settings.get(MAX_DELAY) * 1e6))),
        new ServerLimits(
            settings.get(MAX_BODY),
            settings.get(MAX_CONCURRENT),
            seconds(settings.get(BODY)),
            settings.get(MAX_PIXELS),
            seconds(settings.get(DRAIN)),
            seconds(settings.get(STOP))),
        seconds(settings.get(POLL)));
  }

  private static Duration seconds(double seconds) {
    return Duration.ofMillis(Math.max(1, Math.round(seconds * 1000)));
  }
}
