package org.meanfield.export;

import ai.onnxruntime.OnnxJavaType;
import ai.onnxruntime.OnnxTensor;
import java.nio.ByteBuffer;
import java.util.List;
import org.meanfield.data.ClassIndex;
import org.meanfield.data.ImageSpec;
import org.meanfield.engine.Scorer;
import org.meanfield.error.CorruptArtifactException;
import org.meanfield.image.PixelImage;
import org.meanfield.model.FloatVector;

/** Scores images with the exported file that takes unsigned bytes {@code [N, H, W, C]}. */
public final class OnnxBytesScorer implements Scorer {
  private final OnnxSession session;
  private final ImageSpec spec;
  private final ClassIndex classes;

  /**
   * Opens a session; {@link #close} frees it. Parameters and errors as for {@link OnnxScorer}.
   *
   * @throws CorruptArtifactException where ONNX Runtime does not take the file
   */
  public OnnxBytesScorer(
      String artefact, byte[] onnx, ImageSpec spec, ClassIndex classes, int threads) {
    this.session = new OnnxSession(artefact, onnx, threads);
    this.spec = spec;
    this.classes = classes;
  }

  @Override
  public ImageSpec imageSpec() {
    return spec;
  }

  @Override
  public ClassIndex classes() {
    return classes;
  }

  @Override
  public List<FloatVector> score(List<PixelImage> images) {
    if (images.isEmpty()) {
      return List.of();
    }
    byte[] pixels = new byte[images.size() * spec.values()];
    for (int i = 0; i < images.size(); i++) {
      images.get(i).copyTo(pixels, i * spec.values());
    }
    long[] shape = {images.size(), spec.height(), spec.width(), spec.channels()};
    return session.score(
        environment ->
            OnnxTensor.createTensor(
                environment, ByteBuffer.wrap(pixels), shape, OnnxJavaType.UINT8),
        images.size());
  }

  @Override
  public void close() {
    session.close();
  }
}
