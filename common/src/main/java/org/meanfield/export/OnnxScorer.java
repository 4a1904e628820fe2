package org.meanfield.export;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.meanfield.data.ClassIndex;
import org.meanfield.data.ImageSpec;
import org.meanfield.data.Normalization;
import org.meanfield.engine.MinibatchAssembler;
import org.meanfield.engine.Scorer;
import org.meanfield.error.CorruptArtifactException;
import org.meanfield.image.PixelImage;
import org.meanfield.model.FloatVector;

/**
 * Scores images with an exported ONNX file in ONNX Runtime. Raw pixels go in: the normalisation is
 * part of the file.
 */
public final class OnnxScorer implements Scorer {
  private final OrtEnvironment environment = OrtEnvironment.getEnvironment();
  private final ImageSpec spec;
  private final ClassIndex classes;
  private final MinibatchAssembler rawPixels;
  private final OrtSession session;

  /**
   * Opens a session; {@link #close} frees it.
   *
   * @param artefact where the file lies, for messages
   * @param onnx the file's bytes
   * @param threads that one call of {@link #score} may use
   * @throws CorruptArtifactException where ONNX Runtime does not take the file
   */
  public OnnxScorer(String artefact, byte[] onnx, ImageSpec spec, ClassIndex classes, int threads) {
    this.spec = spec;
    this.classes = classes;
    this.rawPixels = new MinibatchAssembler(withoutNormalization(spec));
    this.session = open(artefact, onnx, threads);
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
    long[] shape = {images.size(), spec.channels(), spec.height(), spec.width()};
    float[] pixels = rawPixels.forScoring(images).pixels().toArray();
    try (OnnxTensor input = OnnxTensor.createTensor(environment, FloatBuffer.wrap(pixels), shape);
        OrtSession.Result result =
            session.run(Map.of(OnnxExporter.INPUT, input), Set.of(OnnxExporter.OUTPUT))) {
      float[][] rows = (float[][]) result.get(0).getValue();
      List<FloatVector> scores = new ArrayList<>(rows.length);
      for (float[] row : rows) {
        scores.add(FloatVector.wrap(row));
      }
      return scores;
    } catch (OrtException e) {
      throw new IllegalStateException(
          "ONNX Runtime failed on a minibatch of " + images.size() + ": " + e.getMessage(), e);
    }
  }

  @Override
  public void close() {
    try {
      session.close();
    } catch (OrtException e) {
      throw new IllegalStateException("ONNX Runtime could not free a session", e);
    }
  }

  private OrtSession open(String artefact, byte[] onnx, int threads) {
    try (OrtSession.SessionOptions options = new OrtSession.SessionOptions()) {
      options.setIntraOpNumThreads(threads);
      options.setInterOpNumThreads(1);
      // Spinning threads would steal the cores of the tasks beside this one.
      options.addConfigEntry("session.intra_op.allow_spinning", "0");
      return environment.createSession(onnx, options);
    } catch (OrtException e) {
      throw new CorruptArtifactException(
          artefact
              + " is no file that ONNX Runtime can run: "
              + e.getMessage()
              + "; restore it or export the run again",
          e);
    }
  }

  private static ImageSpec withoutNormalization(ImageSpec spec) {
    List<Float> zero = Collections.nCopies(spec.channels(), 0f);
    List<Float> one = Collections.nCopies(spec.channels(), 1f);
    return new ImageSpec(
        spec.height(), spec.width(), spec.channels(), spec.resize(), new Normalization(zero, one));
  }
}
