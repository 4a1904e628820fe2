package org.meanfield.export;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import onnx.Onnx.GraphProto;
import onnx.Onnx.ModelProto;
import onnx.Onnx.OperatorSetIdProto;
import onnx.Onnx.StringStringEntryProto;
import org.meanfield.data.ImageSpec;
import org.meanfield.error.SettingsException;
import org.meanfield.export.onnx.GraphTranslation;
import org.meanfield.export.onnx.HalfPrecision;
import org.meanfield.export.onnx.PixelForm;
import org.meanfield.export.onnx.Quantization;
import org.meanfield.export.onnx.ValueRange;
import org.meanfield.image.PixelImage;
import org.meanfield.model.TrainedModel;

/**
 * Writes trained models as ONNX: raw pixels in, class probabilities out, the normalisation inside,
 * and what the numbers mean in the metadata.
 */
public final class OnnxExporter {
  /**
   * Name of the graph's input: raw pixels 0..255, red first; float32 {@code [N, C, H, W]} unless
   * another {@link PixelForm} was asked for.
   */
  public static final String INPUT = "pixels";

  /** Name of the graph's output: class probabilities {@code [N, K]}. */
  public static final String OUTPUT = "probabilities";

  /** The program's name in exported files. */
  public static final String PRODUCER = "meanfield";

  // What ONNX Runtime, OpenCV and the reference checker of several years all take.
  private static final long IR_VERSION = 7;
  private static final long OPERATOR_SET = 13;
  private static final ObjectMapper JSON = new ObjectMapper();

  private OnnxExporter() {}

  /**
   * The bytes of {@code model.onnx}. Equal models give equal bytes.
   *
   * @throws SettingsException naming every layer that has no exact ONNX form
   */
  public static byte[] export(TrainedModel model) {
    return export(model, PixelForm.FLOAT_PLANES);
  }

  /** As {@link #export(TrainedModel)}, with the images taken in a form of the caller's choice. */
  public static byte[] export(TrainedModel model, PixelForm form) {
    return file(model, graph(model, form)).toByteArray();
  }

  /**
   * As {@link #export(TrainedModel)}, with the weights in half precision.
   *
   * @throws SettingsException also where a weight is too large for it
   */
  public static byte[] halved(TrainedModel model) {
    return file(model, HalfPrecision.of(graph(model, PixelForm.FLOAT_PLANES))).toByteArray();
  }

  /**
   * As {@link #export(TrainedModel)}, computing in 8-bit integers.
   *
   * @param calibration images as they are met in use, some hundred: they decide the scales
   */
  public static byte[] quantized(TrainedModel model, List<PixelImage> calibration) {
    GraphProto graph = Quantization.prepared(graph(model, PixelForm.FLOAT_PLANES));
    Map<String, ValueRange> ranges =
        ActivationRanges.of(
            file(model, graph),
            Quantization.values(graph),
            model.network().imageSpec(),
            calibration);
    return file(model, Quantization.of(graph, ranges)).toByteArray();
  }

  private static GraphProto graph(TrainedModel model, PixelForm form) {
    return GraphTranslation.translate(model, form, INPUT, OUTPUT);
  }

  private static ModelProto file(TrainedModel model, GraphProto graph) {
    ModelProto.Builder file =
        ModelProto.newBuilder()
            .setIrVersion(IR_VERSION)
            .setProducerName(PRODUCER)
            .addOpsetImport(OperatorSetIdProto.newBuilder().setDomain("").setVersion(OPERATOR_SET))
            .setGraph(graph);
    metadata(model)
        .forEach(
            (key, value) ->
                file.addMetadataProps(
                    StringStringEntryProto.newBuilder().setKey(key).setValue(value)));
    return file.build();
  }

  private static Map<String, String> metadata(TrainedModel model) {
    ImageSpec spec = model.network().imageSpec();
    Map<String, String> metadata = new LinkedHashMap<>();
    metadata.put("labels", labels(model));
    metadata.put("height", Integer.toString(spec.height()));
    metadata.put("width", Integer.toString(spec.width()));
    metadata.put("channels", Integer.toString(spec.channels()));
    metadata.put("resize", spec.resize().id());
    metadata.put("architecture", model.network().name());
    metadata.put("runId", model.runId());
    metadata.put("modelId", model.modelId());
    metadata.put("datasetId", model.datasetId());
    metadata.put("producer", PRODUCER);
    return metadata;
  }

  private static String labels(TrainedModel model) {
    try {
      return JSON.writeValueAsString(model.network().classes().names());
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("A list of texts always has a JSON form", e);
    }
  }
}
