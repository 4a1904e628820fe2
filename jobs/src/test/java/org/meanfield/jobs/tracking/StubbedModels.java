package org.meanfield.jobs.tracking;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.meanfield.jobs.tracking.MlflowStub.Refusal;

/** The stub's registered models: versions, their tags and aliases. */
final class StubbedModels {
  private static final ObjectMapper JSON = new ObjectMapper();

  final List<ObjectNode> versions = new CopyOnWriteArrayList<>();
  final Map<String, String> aliases = new TreeMap<>();
  private final AtomicInteger made = new AtomicInteger();
  private final List<String> models = new CopyOnWriteArrayList<>();
  private final Consumer<JsonNode> knownRun;

  /**
   * @param knownRun refuses a request about a run that was not made
   */
  StubbedModels(Consumer<JsonNode> knownRun) {
    this.knownRun = knownRun;
  }

  JsonNode answer(String method, String path, JsonNode request) {
    return switch (path) {
      case "registered-models/get" -> model(request.path("name").asText());
      case "registered-models/create" -> makeModel(request.path("name").asText());
      case "registered-models/alias" -> method.equals("DELETE") ? drop(request) : point(request);
      case "model-versions/search" -> search(request);
      case "model-versions/create" -> makeVersion(request);
      case "model-versions/delete" -> delete(request);
      case "model-versions/set-tag" -> tag(request);
      default -> throw new Refusal(404, "no such endpoint: " + path);
    };
  }

  private JsonNode model(String name) {
    if (!models.contains(name)) {
      throw new Refusal(404, "no model " + name);
    }
    return MlflowStub.object("registered_model", JSON.createObjectNode().put("name", name));
  }

  private JsonNode makeModel(String name) {
    if (models.contains(name)) {
      throw new Refusal(400, "there is a model " + name);
    }
    models.add(name);
    return model(name);
  }

  private JsonNode point(JsonNode request) {
    version(request);
    aliases.put(request.path("alias").asText(), request.path("version").asText());
    return JSON.createObjectNode();
  }

  private JsonNode drop(JsonNode request) {
    model(request.path("name").asText());
    aliases.remove(request.path("alias").asText());
    return JSON.createObjectNode();
  }

  private JsonNode search(JsonNode request) {
    Map<String, String> wanted = MlflowStub.conditions(request.path("filter").asText());
    ArrayNode found = JSON.createArrayNode();
    for (ObjectNode version : versions) {
      if (wanted.entrySet().stream()
          .allMatch(each -> version.path(each.getKey()).asText().equals(each.getValue()))) {
        found.add(version);
      }
    }
    return JSON.createObjectNode().set("model_versions", found);
  }

  private JsonNode makeVersion(JsonNode request) {
    model(request.path("name").asText());
    knownRun.accept(request);
    ObjectNode version = request.deepCopy();
    version.put("version", Integer.toString(made.incrementAndGet()));
    versions.add(version);
    return MlflowStub.object("model_version", version);
  }

  private JsonNode delete(JsonNode request) {
    ObjectNode version = version(request);
    versions.remove(version);
    aliases.values().remove(version.path("version").asText());
    return JSON.createObjectNode();
  }

  private JsonNode tag(JsonNode request) {
    ObjectNode version = version(request);
    ArrayNode tags = JSON.createArrayNode();
    for (JsonNode tag : version.path("tags")) {
      if (!tag.path("key").equals(request.path("key"))) {
        tags.add(tag);
      }
    }
    tags.addObject().set("key", request.path("key"));
    ((ObjectNode) tags.get(tags.size() - 1)).set("value", request.path("value"));
    version.set("tags", tags);
    return JSON.createObjectNode();
  }

  private ObjectNode version(JsonNode request) {
    model(request.path("name").asText());
    return versions.stream()
        .filter(version -> version.path("version").equals(request.path("version")))
        .findFirst()
        .orElseThrow(() -> new Refusal(404, "no model version in " + request));
  }
}
