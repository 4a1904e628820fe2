package org.meanfield.export;

import ai.onnxruntime.OnnxTensor;
import java.nio.FloatBuffer;
import java.util.Collections;
import java.util.List;
import org.meanfield.data.ImageSpec;
import org.meanfield.data.Normalization;
import org.meanfield.engine.MinibatchAssembler;
import org.meanfield.error.CorruptArtifactException;
import org.meanfield.image.PixelImage;
import org.meanfield.model.FloatVector;

/**
 * An exported ONNX file open in ONNX Runtime: raw pixels in, class probabilities out. The
 * normalisation is part of the file.
 *
 * <p>Thread-safe: several threads may score at once, each with as many native threads as were asked
 * for. Ownership: holds native memory until closed.
 */
public final class OnnxNetwork implements AutoCloseable {
  private final ImageSpec spec;
  private final MinibatchAssembler rawPixels;
  private final OnnxSession session;

  /**
   * Opens a session; {@link #close} frees it.
   *
   * @param artefact where the file lies, for messages
   * @param onnx the file's bytes
   * @param threads that one call of {@link #score} may use
   * @throws CorruptArtifactException where ONNX Runtime does not take the file
   */
  public OnnxNetwork(String artefact, byte[] onnx, ImageSpec spec, int threads) {
    this.spec = spec;
    this.rawPixels = rawPixels(spec);
    this.session = new OnnxSession(artefact, onnx, threads);
  }

  /** What the images must look like. */
  public ImageSpec imageSpec() {
    return spec;
  }

  /**
   * The input for some images: {@code [N, C, H, W]} values 0..255.
   *
   * @throws IllegalArgumentException where one has not the spec's size
   */
  public FloatVector pixels(List<PixelImage> images) {
    return rawPixels.forScoring(images).pixels();
  }

  /**
   * Class probabilities, a vector for each image, in order.
   *
   * @param pixels {@code [N, C, H, W]}; fastest from a direct buffer in native byte order, which is
   *     read in place
   * @param images N
   */
  public List<FloatVector> score(FloatBuffer pixels, int images) {
    long[] shape = {images, spec.channels(), spec.height(), spec.width()};
    return session.score(
        environment -> OnnxTensor.createTensor(environment, pixels, shape), images);
  }

  @Override
  public void close() {
    session.close();
  }

  /** Makes the input of exported files: pixels as they are. */
  static MinibatchAssembler rawPixels(ImageSpec spec) {
    List<Float> zero = Collections.nCopies(spec.channels(), 0f);
    List<Float> one = Collections.nCopies(spec.channels(), 1f);
    return new MinibatchAssembler(
        new ImageSpec(
            spec.height(),
            spec.width(),
            spec.channels(),
            spec.resize(),
            new Normalization(zero, one)));
  }
}
