package org.meanfield.jobs.dl4j;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.meanfield.average.AveragingSchedule;
import org.meanfield.average.ExchangeCodec;
import org.meanfield.average.OuterOptimizer;
import org.meanfield.engine.Precision;
import org.meanfield.error.SettingsException;
import org.nd4j.shade.jackson.core.JsonProcessingException;
import org.nd4j.shade.jackson.databind.JsonNode;
import org.nd4j.shade.jackson.databind.ObjectMapper;
import org.nd4j.shade.jackson.databind.node.ObjectNode;
import org.nd4j.shade.jackson.dataformat.yaml.YAMLFactory;

/** A master's settings as JSON and YAML, written by the Jackson that DL4J's own masters use. */
final class SettingsText {
  private static final String TYPE = "MeanfieldTrainingMaster";
  private static final String CONSTANT = "constant";
  private static final String POST_LOCAL = "post-local";

  /** The two forms. */
  enum Form {
    /** Of {@code toJson}. */
    JSON,
    /** Of {@code toYaml}. */
    YAML;

    private ObjectMapper mapper() {
      return switch (this) {
        case JSON -> new ObjectMapper();
        case YAML -> new ObjectMapper(new YAMLFactory());
      };
    }
  }

  private SettingsText() {}

  /** The settings as text. */
  static String write(MasterSettings settings, Form form) {
    ObjectMapper mapper = form.mapper();
    ObjectNode node = mapper.createObjectNode();
    node.put("type", TYPE);
    settings.workers().ifPresent(workers -> node.put("numWorkers", workers));
    node.put("batchSizePerWorker", settings.batchSizePerWorker());
    averaging(settings.averaging(), node.putObject("averaging"));
    ObjectNode outer = node.putObject("outer");
    outer.put("learningRate", settings.outer().learningRate());
    outer.put("momentum", settings.outer().momentum());
    outer.put("lookAhead", id(settings.outer().lookAhead()));
    node.put("exchange", id(settings.exchange()));
    node.put("engine", settings.engine());
    node.put("precision", settings.precision().toString());
    node.put("seed", settings.seed());
    settings.runDir().ifPresent(folder -> node.put("runDir", folder));
    node.put("checkpointEveryRounds", settings.checkpointRounds());
    node.put("roundTimeoutSeconds", settings.roundTimeoutSeconds());
    try {
      return mapper.writerWithDefaultPrettyPrinter().writeValueAsString(node);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("Settings always have a text form", e);
    }
  }

  /** The settings one by one: a group's are named after it, {@code outer.momentum}. */
  static Map<String, String> flat(MasterSettings settings) {
    Map<String, String> flat = new TreeMap<>();
    flatten("", read(write(settings, Form.JSON)), flat);
    return flat;
  }

  private static void flatten(String prefix, JsonNode group, Map<String, String> flat) {
    group
        .fields()
        .forEachRemaining(
            field -> {
              String name = prefix + field.getKey();
              if (field.getValue().isObject()) {
                flatten(name + ".", field.getValue(), flat);
              } else {
                flat.put(name, field.getValue().asText());
              }
            });
  }

  /**
   * The settings of a text; keys that are left out have their defaults.
   *
   * @throws SettingsException where it is no such text, or has a key that is not known
   */
  static MasterSettings read(String text, Form form) {
    try {
      JsonNode node = form.mapper().readTree(text);
      requireKnown(node);
      MasterSettings defaults = MasterSettings.DEFAULTS;
      return new MasterSettings(
          Optional.ofNullable(node.get("numWorkers")).map(JsonNode::intValue),
          node.path("batchSizePerWorker").asInt(defaults.batchSizePerWorker()),
          node.has("averaging") ? averaging(node.get("averaging")) : defaults.averaging(),
          node.has("outer") ? outer(node.get("outer")) : defaults.outer(),
          choice(ExchangeCodec.class, node.path("exchange").asText(id(defaults.exchange()))),
          node.path("engine").asText(defaults.engine()),
          choice(Precision.class, node.path("precision").asText(id(defaults.precision()))),
          node.path("seed").asLong(defaults.seed()),
          Optional.ofNullable(node.get("runDir")).map(JsonNode::asText),
          node.path("checkpointEveryRounds").asInt(defaults.checkpointRounds()),
          node.path("roundTimeoutSeconds").asDouble(defaults.roundTimeoutSeconds()));
    } catch (JsonProcessingException | IllegalArgumentException e) {
      throw new SettingsException(
          "A " + TYPE + " cannot be read from its " + form + ": " + e.getMessage(), e);
    }
  }

  private static void requireKnown(JsonNode node) {
    List<String> known = new ArrayList<>(List.of("numWorkers", "runDir"));
    MasterSettings all = MasterSettings.DEFAULTS;
    read(write(all, Form.JSON)).fieldNames().forEachRemaining(known::add);
    if (!node.path("type").asText().equals(TYPE)) {
      throw new IllegalArgumentException("its type is '" + node.path("type").asText() + "'");
    }
    node.fieldNames()
        .forEachRemaining(
            name -> {
              if (!known.contains(name)) {
                throw new IllegalArgumentException(
                    "there is no setting '" + name + "'; the settings are " + known);
              }
            });
  }

  private static JsonNode read(String json) {
    try {
      return Form.JSON.mapper().readTree(json);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("What was just written can be read", e);
    }
  }

  private static void averaging(AveragingSchedule averaging, ObjectNode node) {
    if (averaging instanceof AveragingSchedule.PostLocal postLocal) {
      node.put("kind", POST_LOCAL);
      node.put("switchIteration", postLocal.switchIteration());
      node.put("frequency", postLocal.period());
    } else {
      node.put("kind", CONSTANT);
      node.put("frequency", averaging.period(0));
    }
  }

  private static AveragingSchedule averaging(JsonNode node) {
    int frequency = node.path("frequency").asInt();
    String kind = node.path("kind").asText();
    return switch (kind) {
      case CONSTANT -> new AveragingSchedule.Constant(frequency);
      case POST_LOCAL ->
          new AveragingSchedule.PostLocal(node.path("switchIteration").asInt(), frequency);
      default ->
          throw new IllegalArgumentException(
              "there is no averaging '" + kind + "', expected constant or post-local");
    };
  }

  private static OuterOptimizer outer(JsonNode node) {
    return new OuterOptimizer(
        node.path("learningRate").asDouble(),
        node.path("momentum").asDouble(),
        choice(OuterOptimizer.LookAhead.class, node.path("lookAhead").asText()));
  }

  private static String id(Enum<?> value) {
    return value.name().toLowerCase(Locale.ROOT);
  }

  private static <E extends Enum<E>> E choice(Class<E> type, String id) {
    return Enum.valueOf(type, id.toUpperCase(Locale.ROOT));
  }
}
