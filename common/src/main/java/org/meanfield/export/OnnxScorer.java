package org.meanfield.export;

import java.nio.FloatBuffer;
import java.util.List;
import org.meanfield.data.ClassIndex;
import org.meanfield.data.ImageSpec;
import org.meanfield.engine.Scorer;
import org.meanfield.error.CorruptArtifactException;
import org.meanfield.image.PixelImage;
import org.meanfield.model.FloatVector;

/** Scores images with an exported ONNX file, see {@link OnnxNetwork}. */
public final class OnnxScorer implements Scorer {
  private final OnnxNetwork network;
  private final ClassIndex classes;

  /**
   * Opens a session; {@link #close} frees it.
   *
   * @param artefact where the file lies, for messages
   * @param onnx the file's bytes
   * @param threads that one call of {@link #score} may use
   * @throws CorruptArtifactException where ONNX Runtime does not take the file
   */
  public OnnxScorer(String artefact, byte[] onnx, ImageSpec spec, ClassIndex classes, int threads) {
    this.network = new OnnxNetwork(artefact, onnx, spec, threads);
    this.classes = classes;
  }

  @Override
  public ImageSpec imageSpec() {
    return network.imageSpec();
  }

  @Override
  public ClassIndex classes() {
    return classes;
  }

  @Override
  public List<FloatVector> score(List<PixelImage> images) {
    return images.isEmpty()
        ? List.of()
        : network.score(FloatBuffer.wrap(network.pixels(images).toArray()), images.size());
  }

  @Override
  public void close() {
    network.close();
  }
}
