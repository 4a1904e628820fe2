package org.meanfield.jobs.export;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.meanfield.data.Split;
import org.meanfield.engine.EngineScorer;
import org.meanfield.engine.Engines;
import org.meanfield.engine.Scorer;
import org.meanfield.error.SettingsException;
import org.meanfield.export.OnnxExporter;
import org.meanfield.export.OnnxScorer;
import org.meanfield.export.ServingBundle;
import org.meanfield.export.VariantCheck;
import org.meanfield.jobs.cli.JobContext;
import org.meanfield.jobs.export.ExportSettings.Form;
import org.meanfield.model.Network;
import org.meanfield.model.TrainedModel;

/**
 * The smaller forms of a model that were asked for. They do not compute quite what the model
 * computes, so that what they cost is measured on labelled images and told.
 */
final class SmallerVariants {
  private static final ObjectMapper JSON =
      new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);

  private final JobContext context;
  private final ExportSettings settings;
  private final TrainedModel model;

  SmallerVariants(JobContext context, ExportSettings settings, TrainedModel model) {
    this.context = context;
    this.settings = settings;
    this.model = model;
  }

  /** Names of the files that they and what they cost will have. */
  List<String> names() {
    List<String> names = new ArrayList<>();
    wanted().values().forEach(names::add);
    if (!names.isEmpty()) {
      names.add(ServingBundle.VARIANTS_FILE);
    }
    return names;
  }

  /**
   * Makes and measures them.
   *
   * @param models the other files, {@link ServingBundle#ONNX_FILE} among them
   * @throws SettingsException naming one that loses more accuracy than is allowed
   */
  Map<String, byte[]> files(Map<String, byte[]> models) {
    Map<String, byte[]> files = new LinkedHashMap<>();
    wanted().forEach((form, name) -> files.put(name, write(form)));
    if (!files.isEmpty()) {
      List<VariantCheck> checks = measured(files, models.get(ServingBundle.ONNX_FILE).length);
      checks.forEach(check -> context.console().line(check.line()));
      files.put(ServingBundle.VARIANTS_FILE, json(checks));
    }
    return files;
  }

  /** What {@code result.json} says of them; nothing where there are none. */
  static Map<String, Object> figures(Map<String, byte[]> files) {
    byte[] json = files.get(ServingBundle.VARIANTS_FILE);
    if (json == null) {
      return Map.of();
    }
    try {
      return Map.of("variants", JSON.readTree(json));
    } catch (IOException e) {
      throw new IllegalStateException(
          ServingBundle.VARIANTS_FILE + " has its digest, but is no JSON", e);
    }
  }

  private Map<Form, String> wanted() {
    Map<Form, String> wanted = new LinkedHashMap<>();
    if (settings.forms().contains(Form.FP16)) {
      wanted.put(Form.FP16, ServingBundle.ONNX_FP16_FILE);
    }
    if (settings.forms().contains(Form.INT8)) {
      wanted.put(Form.INT8, ServingBundle.ONNX_INT8_FILE);
    }
    return wanted;
  }

  private byte[] write(Form form) {
    if (form == Form.FP16) {
      return OnnxExporter.halved(model);
    }
    List<CheckImage> calibration =
        CheckImages.of(
            context,
            settings,
            model.network().imageSpec(),
            List.of(Split.TRAIN),
            settings.calibrationImages());
    return OnnxExporter.quantized(model, CheckImage.pixels(calibration));
  }

  private List<VariantCheck> measured(Map<String, byte[]> files, long fullBytes) {
    Network network = model.network();
    List<CheckImage> images =
        CheckImages.of(
            context, settings, network.imageSpec(), CheckImages.UNSEEN, settings.variantImages());
    List<VariantCheck> checks = new ArrayList<>();
    try (Scorer trained = new EngineScorer(model, Engines.named(Engines.fastest(network)), 1)) {
      wanted()
          .forEach(
              (form, name) -> {
                byte[] onnx = files.get(name);
                try (Scorer variant =
                    new OnnxScorer(name, onnx, network.imageSpec(), network.classes(), 1)) {
                  VariantCheck check =
                      VariantCheck.measure(
                          name,
                          onnx.length,
                          fullBytes,
                          trained,
                          variant,
                          CheckImage.pixels(images),
                          CheckImage.labels(images));
                  check.requireWithin(form.id(), settings.maximumAccuracyLoss());
                  checks.add(check);
                }
              });
    }
    return checks;
  }

  private static byte[] json(List<VariantCheck> checks) {
    try {
      return JSON.writeValueAsBytes(checks);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("Measurements always have a JSON form", e);
    }
  }
}
