package org.meanfield.jobs.tracking;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A server that speaks the part of MLflow's REST that a training needs, and keeps MLflow's rules:
 * parameters never change, a request has at most 1000 metrics and 100 parameters of 500 characters,
 * what was not made is not found.
 *
 * <p>Source: MLflow's REST API 2.0.
 */
public final class MlflowStub implements AutoCloseable {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String API = "^/api/2.0/mlflow/";
  private static final Pattern EQUALS = Pattern.compile("([\\w.`-]+) = '([^']*)'");

  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final CountDownLatch released = new CountDownLatch(1);
  private final HttpServer server;
  private final AtomicInteger failures = new AtomicInteger();
  private final AtomicInteger allowed = new AtomicInteger(Integer.MAX_VALUE);
  private volatile boolean hanging;

  /** Runs by id, each as {@code runs/get} shows it. */
  public final Map<String, ObjectNode> runs = new TreeMap<>();

  /** Every metric that came, in order, each with its {@code run_id}. */
  public final List<JsonNode> metrics = new CopyOnWriteArrayList<>();

  /** Artefacts by path below the service. */
  public final Map<String, byte[]> artefacts = new TreeMap<>();

  private final StubbedModels models = new StubbedModels(this::known);

  /** Versions of registered models. */
  public final List<ObjectNode> versions = models.versions;

  /** Registered models' aliases. */
  public final Map<String, String> aliases = models.aliases;

  /** The header Authorization of each request; "none" where there was none. */
  public final List<String> authorizations = new CopyOnWriteArrayList<>();

  /** What was asked for, below the API, in the order of the answers. */
  public final List<String> asked = new CopyOnWriteArrayList<>();

  private final Map<String, CountDownLatch> paired = new ConcurrentHashMap<>();
  private final AtomicInteger runsMade = new AtomicInteger();
  private final Map<String, String> experiments = new TreeMap<>();

  /** Listens on a free port of this machine. */
  public MlflowStub() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.setExecutor(threads);
    server.createContext("/", this::answer);
    server.start();
  }

  /** Its tracking URI. */
  public String uri() {
    return "http://127.0.0.1:" + server.getAddress().getPort();
  }

  /** The next requests get a 500. */
  public void failNext(int requests) {
    failures.set(requests);
  }

  /** So many requests are answered, and all after them get a 500. */
  public void failAfter(int requests) {
    allowed.set(requests);
  }

  /** The next two answers to each of these go out together: nobody may act on one before. */
  public void pair(String... paths) {
    for (String path : paths) {
      paired.put(path, new CountDownLatch(2));
    }
  }

  /** No request gets an answer any more. */
  public void hang() {
    hanging = true;
  }

  /** Requests get answers again; those that hang stay so. */
  public void answer() {
    hanging = false;
  }

  /** The only run. */
  public ObjectNode run() {
    if (runs.size() != 1) {
      throw new AssertionError("Expected one run, found " + runs);
    }
    return runs.values().iterator().next();
  }

  /** The tags of a model version. */
  public Map<String, String> versionTags(int number) {
    return tagMap(versions.get(number - 1).path("tags"));
  }

  /** A run's tags. */
  public static Map<String, String> tags(JsonNode run) {
    return tagMap(run.at("/data/tags"));
  }

  private static Map<String, String> tagMap(JsonNode list) {
    Map<String, String> tags = new TreeMap<>();
    list.forEach(tag -> tags.put(tag.get("key").asText(), tag.get("value").asText()));
    return tags;
  }

  /** Steps at which a metric came. */
  public List<Integer> steps(String key) {
    return metrics.stream()
        .filter(metric -> metric.get("key").asText().equals(key))
        .map(metric -> metric.get("step").asInt())
        .toList();
  }

  @Override
  public void close() {
    released.countDown();
    server.stop(0);
    threads.shutdownNow();
  }

  private void answer(HttpExchange exchange) throws IOException {
    byte[] body = exchange.getRequestBody().readAllBytes();
    String authorization = exchange.getRequestHeaders().getFirst("Authorization");
    authorizations.add(authorization == null ? "none" : authorization);
    if (hanging) {
      awaitRelease();
      return;
    }
    int status = 200;
    byte[] answer;
    boolean spent = allowed.getAndUpdate(left -> Math.max(0, left - 1)) == 0;
    if (spent || failures.getAndUpdate(left -> Math.max(0, left - 1)) > 0) {
      status = 500;
      answer = "<html>out of order</html>".getBytes(StandardCharsets.UTF_8);
    } else {
      try {
        answer = JSON.writeValueAsBytes(handle(exchange, body));
      } catch (Refusal e) {
        status = e.status;
        answer = JSON.writeValueAsBytes(Map.of("error_code", "REFUSED", "message", e.getMessage()));
      }
      awaitPair(exchange.getRequestURI().getPath().replaceFirst(API, ""));
    }
    exchange.sendResponseHeaders(status, answer.length);
    exchange.getResponseBody().write(answer);
    exchange.close();
  }

  private void awaitRelease() {
    await(released);
  }

  private void awaitPair(String path) {
    asked.add(path);
    CountDownLatch both = paired.getOrDefault(path, new CountDownLatch(0));
    both.countDown();
    await(both);
  }

  private static void await(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private synchronized JsonNode handle(HttpExchange exchange, byte[] body)
      throws JsonProcessingException {
    String path = exchange.getRequestURI().getPath();
    String store = "/api/2.0/mlflow-artifacts/artifacts/";
    if (path.startsWith(store) && exchange.getRequestMethod().equals("PUT")) {
      artefacts.put(path.substring(store.length()), body);
      return JSON.createObjectNode();
    }
    JsonNode request =
        exchange.getRequestMethod().equals("GET")
            ? query(exchange)
            : JSON.readTree(new String(body, StandardCharsets.UTF_8));
    path = path.replaceFirst(API, "");
    return switch (path) {
      case "experiments/get-by-name" -> experiment(request.path("experiment_name").asText());
      case "experiments/create" -> makeExperiment(request.path("name").asText());
      case "runs/create" -> makeRun(request);
      case "runs/search" -> search(request);
      case "runs/delete" -> delete(request);
      case "runs/get" -> object("run", known(request));
      case "runs/update" -> update(request);
      case "runs/log-batch" -> log(request);
      case "metrics/get-history" -> history(request);
      default -> models.answer(exchange.getRequestMethod(), path, request);
    };
  }

  private JsonNode experiment(String name) {
    if (!experiments.containsKey(name)) {
      throw new Refusal(404, "no experiment " + name);
    }
    return object(
        "experiment",
        JSON.createObjectNode().put("experiment_id", experiments.get(name)).put("name", name));
  }

  private JsonNode makeExperiment(String name) {
    if (experiments.containsKey(name)) {
      throw new Refusal(400, "there is an experiment " + name);
    }
    experiments.put(name, Integer.toString(experiments.size() + 1));
    return JSON.createObjectNode().put("experiment_id", experiments.get(name));
  }

  private JsonNode makeRun(JsonNode request) {
    String id = "run" + runsMade.getAndIncrement();
    String experiment = request.path("experiment_id").asText();
    ObjectNode run = JSON.createObjectNode();
    run.putObject("info")
        .put("run_id", id)
        .put("run_uuid", id)
        .put("run_name", request.path("run_name").asText())
        .put("experiment_id", experiment)
        .put("status", "RUNNING")
        .put("artifact_uri", "mlflow-artifacts:/" + experiment + "/" + id + "/artifacts")
        .set("start_time", request.path("start_time"));
    ObjectNode data = run.putObject("data");
    data.putArray("params");
    data.putArray("tags").addAll((ArrayNode) request.withArray("tags"));
    runs.put(id, run);
    return object("run", run);
  }

  private JsonNode delete(JsonNode request) {
    known(request);
    runs.remove(request.path("run_id").asText());
    return JSON.createObjectNode();
  }

  private JsonNode search(JsonNode request) {
    Map<String, String> wanted = conditions(request.path("filter").asText());
    ArrayNode found = JSON.createArrayNode();
    for (ObjectNode run : runs.values()) {
      boolean all = true;
      for (Map.Entry<String, String> condition : wanted.entrySet()) {
        String key = condition.getKey().replaceFirst("^tags\\.", "").replace("`", "");
        boolean one = false;
        for (JsonNode tag : run.at("/data/tags")) {
          one |=
              tag.get("key").asText().equals(key)
                  && tag.get("value").asText().equals(condition.getValue());
        }
        all &= one;
      }
      if (all) {
        found.add(run);
      }
    }
    return JSON.createObjectNode().set("runs", found);
  }

  private JsonNode update(JsonNode request) {
    ObjectNode info = (ObjectNode) known(request).get("info");
    info.put("status", request.path("status").asText());
    return JSON.createObjectNode();
  }

  private JsonNode log(JsonNode request) {
    ObjectNode run = known(request);
    JsonNode parameters = request.path("params");
    if (request.path("metrics").size() > 1000 || parameters.size() > 100) {
      throw new Refusal(400, "too much at once");
    }
    for (JsonNode parameter : parameters) {
      logParameter((ArrayNode) run.at("/data/params"), parameter);
    }
    for (JsonNode metric : request.path("metrics")) {
      metrics.add(((ObjectNode) metric.deepCopy()).set("run_id", request.get("run_id")));
    }
    ((ArrayNode) run.at("/data/tags")).addAll((ArrayNode) request.withArray("tags"));
    return JSON.createObjectNode();
  }

  private static void logParameter(ArrayNode known, JsonNode parameter) {
    if (parameter.path("value").asText().length() > 500) {
      throw new Refusal(400, "too long: " + parameter);
    }
    for (JsonNode other : known) {
      if (other.get("key").equals(parameter.get("key")) && !other.equals(parameter)) {
        throw new Refusal(400, "parameters do not change: " + other + ", " + parameter);
      }
    }
    known.add(parameter);
  }

  private JsonNode history(JsonNode request) {
    known(request);
    ArrayNode found = JSON.createArrayNode();
    metrics.stream()
        .filter(metric -> metric.get("run_id").equals(request.get("run_id")))
        .filter(metric -> metric.get("key").equals(request.get("metric_key")))
        .forEach(found::add);
    return JSON.createObjectNode().set("metrics", found);
  }

  private ObjectNode known(JsonNode request) {
    ObjectNode run = runs.get(request.path("run_id").asText());
    if (run == null) {
      throw new Refusal(404, "no run in " + request);
    }
    return run;
  }

  static Map<String, String> conditions(String filter) {
    Map<String, String> conditions = new TreeMap<>();
    Matcher matcher = EQUALS.matcher(filter);
    while (matcher.find()) {
      conditions.put(matcher.group(1), matcher.group(2));
    }
    if (conditions.isEmpty()) {
      throw new Refusal(400, "no condition in " + filter);
    }
    return conditions;
  }

  private static JsonNode query(HttpExchange exchange) {
    ObjectNode query = JSON.createObjectNode();
    for (String pair : exchange.getRequestURI().getRawQuery().split("&")) {
      String[] parts = pair.split("=", 2);
      query.put(parts[0], URLDecoder.decode(parts[1], StandardCharsets.UTF_8));
    }
    return query;
  }

  static ObjectNode object(String key, JsonNode value) {
    return JSON.createObjectNode().set(key, value);
  }

  /** An answer that is no success. */
  static final class Refusal extends RuntimeException {
    private static final long serialVersionUID = 1L;
    private final int status;

    Refusal(int status, String message) {
      super(message);
      this.status = status;
    }
  }
}
