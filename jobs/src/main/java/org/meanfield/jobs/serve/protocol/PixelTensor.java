package org.meanfield.jobs.serve.protocol;

import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.List;
import org.meanfield.data.ImageSpec;
import org.meanfield.export.OnnxExporter;
import org.meanfield.jobs.serve.model.PixelBlock;

/**
 * The tensor with the images: FP32 {@code [N, C, H, W]} as the exported file has it, or UINT8
 * {@code [N, H, W, C]}, which is a quarter of the bytes and the way in which programs hold images.
 */
public final class PixelTensor {
  private PixelTensor() {}

  /**
   * The images of a request.
   *
   * @throws BadRequestException where its inputs are not what a model of that spec takes
   */
  public static PixelBlock of(InferRequest request, ImageSpec spec) {
    if (request.inputs().size() != 1
        || !request.inputs().get(0).name().equals(OnnxExporter.INPUT)) {
      throw new BadRequestException(
          "The model has one input, '"
              + OnnxExporter.INPUT
              + "'; found "
              + request.inputs().stream().map(InputTensor::name).toList());
    }
    for (String output : request.outputs()) {
      if (!output.equals(OnnxExporter.OUTPUT)) {
        throw new BadRequestException(
            "The model has one output, '" + OnnxExporter.OUTPUT + "'; asked for '" + output + "'");
      }
    }
    InputTensor tensor = request.inputs().get(0);
    return PixelBlock.of(
        switch (tensor.datatype()) {
          case InputTensor.FP32 -> floats(tensor, spec);
          case InputTensor.UINT8 -> bytes(tensor, spec);
          default -> throw unexpected(tensor, spec);
        },
        spec);
  }

  private static FloatBuffer floats(InputTensor tensor, ImageSpec spec) {
    List<Long> one = List.of((long) spec.channels(), (long) spec.height(), (long) spec.width());
    requireImages(tensor, one, Float.BYTES, spec);
    return tensor.data().duplicate().order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer();
  }

  private static FloatBuffer bytes(InputTensor tensor, ImageSpec spec) {
    List<Long> one = List.of((long) spec.height(), (long) spec.width(), (long) spec.channels());
    int images = requireImages(tensor, one, 1, spec);
    byte[] from = new byte[images * spec.values()];
    tensor.data().duplicate().get(from); // arrays: the loop runs for every request
    int plane = spec.height() * spec.width();
    float[] to = new float[from.length];
    int next = 0;
    for (int image = 0; image < images; image++) {
      for (int channel = 0; channel < spec.channels(); channel++) {
        int at = image * spec.values() + channel;
        for (int i = 0; i < plane; i++) {
          to[next++] = from[at] & 0xFF;
          at += spec.channels();
        }
      }
    }
    return FloatBuffer.wrap(to);
  }

  /** Checks shape and length; returns N. */
  private static int requireImages(
      InputTensor tensor, List<Long> one, int valueBytes, ImageSpec spec) {
    List<Long> shape = tensor.shape();
    if (shape.size() != 4
        || !shape.subList(1, 4).equals(one)
        || shape.get(0) < 1
        || shape.get(0) > Integer.MAX_VALUE) {
      throw unexpected(tensor, spec);
    }
    long expected = shape.get(0) * spec.values() * valueBytes;
    if (tensor.data().remaining() != expected) {
      throw new BadRequestException(
          "Input '"
              + tensor.name()
              + "' is "
              + tensor.describe()
              + ", which is "
              + expected / valueBytes
              + " values; found "
              + (double) tensor.data().remaining() / valueBytes);
    }
    return Math.toIntExact(shape.get(0));
  }

  private static BadRequestException unexpected(InputTensor tensor, ImageSpec spec) {
    return new BadRequestException(
        "Input '"
            + tensor.name()
            + "' must be FP32 [N, "
            + spec.channels()
            + ", "
            + spec.height()
            + ", "
            + spec.width()
            + "] or UINT8 [N, "
            + spec.height()
            + ", "
            + spec.width()
            + ", "
            + spec.channels()
            + "]; found "
            + tensor.describe());
  }
}
