package org.meanfield.jobs.serve.http;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.meanfield.jobs.serve.model.CurrentModel;
import org.meanfield.jobs.serve.model.CurrentModel.Lease;
import org.meanfield.jobs.serve.model.ServedModel;

/** The endpoints that ask nothing of the network: health, metadata, metrics and the page. */
final class Telling {
  private static final String PAGE = "/org/meanfield/serve/page.html";

  private final CurrentModel current;
  private final String modelName;
  private final String programVersion;
  private final Metrics metrics;
  private final String page;
  private volatile boolean stopping;

  Telling(CurrentModel current, String modelName, String programVersion, Metrics metrics) {
    this.current = current;
    this.modelName = modelName;
    this.programVersion = programVersion;
    this.metrics = metrics;
    this.page = readPage();
  }

  /** From now on the server is not ready, though it still answers. */
  void stopping() {
    stopping = true;
  }

  /** The answer. */
  Reply tell(Route route) {
    return switch (route.endpoint()) {
      case PAGE -> Reply.text("text/html; charset=utf-8", page).with("Cache-Control", "no-cache");
      case METRICS -> Reply.text(Metrics.CONTENT_TYPE, metrics.text());
      case LIVE -> Reply.json(200, Map.of("live", true));
      case SERVER -> Reply.json(200, Introduction.server(programVersion));
      case READY, MODEL_READY, MODEL -> aboutModel(route);
      case INFER, CLASSIFY -> throw new IllegalStateException(route + " asks the network");
    };
  }

  /** An error where the path names a model or a version that is not served. */
  Optional<Reply> unknown(Route route, ServedModel model) {
    if (route.model().filter(name -> !name.equals(modelName)).isPresent()) {
      return Optional.of(
          Reply.error(
              404, "There is no model '" + route.model().get() + "', only '" + modelName + "'"));
    }
    return route
        .version()
        .filter(version -> !version.equals(model.version()))
        .map(
            version ->
                Reply.error(
                    404, "Version " + version + " does not serve; " + model.version() + " does"));
  }

  /** The error while no model is there. */
  static Reply noModel() {
    return Reply.error(503, "No model serves yet; the registry has no champion")
        .with("Retry-After", "5");
  }

  private Reply aboutModel(Route route) {
    Optional<Lease> lease = current.lease();
    if (lease.isEmpty()) {
      return route.endpoint() == Route.Endpoint.MODEL ? noModel() : ready(route, false);
    }
    try (Lease held = lease.get()) {
      Optional<Reply> unknown = unknown(route, held.model());
      if (unknown.isPresent()) {
        return unknown.get();
      }
      return route.endpoint() == Route.Endpoint.MODEL
          ? Reply.json(200, Introduction.model(modelName, held.model()))
          : ready(route, !stopping);
    }
  }

  private Reply ready(Route route, boolean ready) {
    Map<String, Object> content = new LinkedHashMap<>();
    if (route.endpoint() == Route.Endpoint.MODEL_READY) {
      content.put("name", modelName);
    }
    content.put("ready", ready);
    return Reply.json(ready ? 200 : 503, content);
  }

  private static String readPage() {
    try (InputStream in = Telling.class.getResourceAsStream(PAGE)) {
      if (in == null) {
        throw new IllegalStateException(PAGE + " is missing from the class path");
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
