package org.meanfield.export;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OnnxValue;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BiConsumer;
import org.meanfield.error.CorruptArtifactException;
import org.meanfield.model.FloatVector;

/**
 * One of our ONNX files open in ONNX Runtime, whatever its input is. Thread-safe. Ownership: holds
 * native memory until closed.
 */
final class OnnxSession implements AutoCloseable {
  private final OrtEnvironment environment = OrtEnvironment.getEnvironment();
  private final OrtSession session;

  /** Makes the input. */
  interface Input {
    OnnxTensor create(OrtEnvironment environment) throws OrtException;
  }

  /**
   * Opens a session.
   *
   * @param artefact where the file lies, for messages
   * @param threads that one call may use
   * @throws CorruptArtifactException where ONNX Runtime does not take the file
   */
  OnnxSession(String artefact, byte[] onnx, int threads) {
    try (OrtSession.SessionOptions options = new OrtSession.SessionOptions()) {
      options.setIntraOpNumThreads(threads);
      options.setInterOpNumThreads(1);
      // Spinning threads would steal the cores of the tasks beside this one.
      options.addConfigEntry("session.intra_op.allow_spinning", "0");
      this.session = environment.createSession(onnx, options);
    } catch (OrtException e) {
      throw new CorruptArtifactException(
          artefact
              + " is no file that ONNX Runtime can run: "
              + e.getMessage()
              + "; restore it or export the run again",
          e);
    }
  }

  /** A vector of probabilities for each of so many images. */
  List<FloatVector> score(Input pixels, int images) {
    try (OnnxTensor input = pixels.create(environment);
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
          "ONNX Runtime failed on a minibatch of " + images + ": " + e.getMessage(), e);
    }
  }

  /** Looks at values of the network for one input; those of a set that it gives out. */
  void visit(Input pixels, Set<String> values, BiConsumer<String, FloatBuffer> visitor) {
    try (OnnxTensor input = pixels.create(environment);
        OrtSession.Result result = session.run(Map.of(OnnxExporter.INPUT, input), values)) {
      for (Map.Entry<String, OnnxValue> each : result) {
        visitor.accept(each.getKey(), ((OnnxTensor) each.getValue()).getFloatBuffer());
      }
    } catch (OrtException e) {
      throw new IllegalStateException(
          "ONNX Runtime failed while looking at " + values + ": " + e.getMessage(), e);
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
}
