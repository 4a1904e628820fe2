package org.meanfield.export;

import ai.onnxruntime.OnnxTensor;
import java.nio.FloatBuffer;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import onnx.Onnx.ModelProto;
import onnx.Onnx.TensorProto;
import onnx.Onnx.TypeProto;
import onnx.Onnx.ValueInfoProto;
import org.meanfield.data.ImageSpec;
import org.meanfield.export.onnx.ValueRange;
import org.meanfield.image.PixelImage;

/** Runs a network on a calibration set, and looks at what its layers give each other. */
final class ActivationRanges {
  private static final int BATCH = 16;

  private ActivationRanges() {}

  /**
   * The range of each of the named values over all images.
   *
   * @param model a file that takes float planes
   */
  static Map<String, ValueRange> of(
      ModelProto model, List<String> values, ImageSpec spec, List<PixelImage> images) {
    Map<String, ValueRange> ranges = new HashMap<>();
    values.forEach(value -> ranges.put(value, ValueRange.ZERO));
    byte[] file = showing(model, values).toByteArray();
    try (OnnxSession session = new OnnxSession("the network to be calibrated", file, 1)) {
      for (int from = 0; from < images.size(); from += BATCH) {
        List<PixelImage> batch = images.subList(from, Math.min(from + BATCH, images.size()));
        FloatBuffer pixels =
            FloatBuffer.wrap(OnnxNetwork.rawPixels(spec).forScoring(batch).pixels().toArray());
        long[] shape = {batch.size(), spec.channels(), spec.height(), spec.width()};
        session.visit(
            environment -> OnnxTensor.createTensor(environment, pixels, shape),
            new LinkedHashSet<>(values),
            (value, seen) -> ranges.compute(value, (name, range) -> range.with(seen)));
      }
    }
    return ranges;
  }

  /** The same network that also gives these values out. */
  private static ModelProto showing(ModelProto model, List<String> values) {
    ModelProto.Builder showing = model.toBuilder();
    for (String value : values) {
      TypeProto.Tensor floats =
          TypeProto.Tensor.newBuilder().setElemType(TensorProto.DataType.FLOAT.getNumber()).build();
      showing
          .getGraphBuilder()
          .addOutput(
              ValueInfoProto.newBuilder()
                  .setName(value)
                  .setType(TypeProto.newBuilder().setTensorType(floats)));
    }
    return showing.build();
  }
}
