package org.meanfield.export;

import java.util.ArrayList;
import java.util.List;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.IntPointer;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.opencv.global.opencv_core;
import org.bytedeco.opencv.global.opencv_dnn;
import org.bytedeco.opencv.opencv_core.Mat;
import org.bytedeco.opencv.opencv_dnn.Net;
import org.meanfield.data.ClassIndex;
import org.meanfield.data.ImageSpec;
import org.meanfield.image.PixelImage;
import org.meanfield.model.FloatVector;

/** An exported file in OpenCV's DNN module, as somebody without ONNX Runtime uses it. */
final class OpenCvNetwork extends ForeignProgram {
  private final Net network;
  private final Form form;

  /** What the file takes. */
  enum Form {
    PLANES,
    BYTE_ROWS
  }

  OpenCvNetwork(byte[] onnx, ImageSpec spec, ClassIndex classes, Form form) {
    super(spec, classes);
    this.form = form;
    try (BytePointer bytes = new BytePointer(onnx)) {
      this.network = opencv_dnn.readNetFromONNX(bytes, onnx.length);
    }
  }

  @Override
  public List<FloatVector> score(List<PixelImage> images) {
    try (Pointer pixels =
            form == Form.PLANES ? planes(images) : new BytePointer(byteRows(imageSpec(), images));
        IntPointer shape = shape(images.size());
        Mat input =
            new Mat(
                4, shape, form == Form.PLANES ? opencv_core.CV_32F : opencv_core.CV_8U, pixels)) {
      network.setInput(input);
      try (Mat output = network.forward()) {
        return vectors(output, images.size());
      }
    }
  }

  @Override
  public void close() {
    network.close();
  }

  private Pointer planes(List<PixelImage> images) {
    return new FloatPointer(
        OnnxNetwork.rawPixels(imageSpec()).forScoring(images).pixels().toArray());
  }

  private IntPointer shape(int images) {
    ImageSpec spec = imageSpec();
    return form == Form.PLANES
        ? new IntPointer(images, spec.channels(), spec.height(), spec.width())
        : new IntPointer(images, spec.height(), spec.width(), spec.channels());
  }

  private List<FloatVector> vectors(Mat output, int images) {
    int length = classes().size();
    List<FloatVector> vectors = new ArrayList<>();
    FloatPointer values = new FloatPointer(output.data());
    for (int i = 0; i < images; i++) {
      float[] vector = new float[length];
      values.position((long) i * length).get(vector);
      vectors.add(FloatVector.wrap(vector));
    }
    return vectors;
  }
}
