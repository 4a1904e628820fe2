package org.meanfield.jobs.serve.http;

import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * What a path asks for.
 *
 * @param endpoint what is to be done
 * @param model the model's name, where the path has one
 * @param version of it, where the path has one
 */
record Route(Endpoint endpoint, Optional<String> model, Optional<String> version) {

  /** What the server can be asked. */
  enum Endpoint {
    PAGE,
    METRICS,
    CLASSIFY,
    LIVE,
    READY,
    SERVER,
    MODEL,
    MODEL_READY,
    INFER;

    /** The name in metrics. */
    String id() {
      return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** True where the network has to compute: these are posted, the others are got. */
    boolean isComputed() {
      return this == INFER || this == CLASSIFY;
    }
  }

  /** Empty where nothing is there. */
  static Optional<Route> of(String path) {
    return switch (path) {
      case "/" -> plain(Endpoint.PAGE);
      case "/metrics" -> plain(Endpoint.METRICS);
      case "/v1/classify" -> plain(Endpoint.CLASSIFY);
      case "/v2", "/v2/" -> plain(Endpoint.SERVER);
      case "/v2/health/live" -> plain(Endpoint.LIVE);
      case "/v2/health/ready" -> plain(Endpoint.READY);
      default -> ofModel(List.of(path.split("/", -1)));
    };
  }

  private static Optional<Route> plain(Endpoint endpoint) {
    return Optional.of(new Route(endpoint, Optional.empty(), Optional.empty()));
  }

  /** {@code /v2/models/NAME[/versions/VERSION][/ready|/infer]}. */
  private static Optional<Route> ofModel(List<String> parts) {
    if (parts.size() < 4 || !parts.subList(0, 3).equals(List.of("", "v2", "models"))) {
      return Optional.empty();
    }
    Optional<String> model = Optional.of(parts.get(3));
    List<String> rest = parts.subList(4, parts.size());
    Optional<String> version = Optional.empty();
    if (rest.size() >= 2 && rest.get(0).equals("versions")) {
      version = Optional.of(rest.get(1));
      rest = rest.subList(2, rest.size());
    }
    Endpoint endpoint =
        switch (String.join("/", rest)) {
          case "" -> Endpoint.MODEL;
          case "ready" -> Endpoint.MODEL_READY;
          case "infer" -> Endpoint.INFER;
          default -> null;
        };
    return endpoint == null ? Optional.empty() : Optional.of(new Route(endpoint, model, version));
  }
}
