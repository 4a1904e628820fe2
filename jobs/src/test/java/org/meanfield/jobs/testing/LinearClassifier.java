package org.meanfield.jobs.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration.GraphBuilder;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.weights.WeightInit;
import org.meanfield.data.ClassIndex;
import org.meanfield.engine.EngineScorer;
import org.meanfield.engine.Engines;
import org.meanfield.engine.Scorer;
import org.meanfield.engine.ScorerSource;
import org.meanfield.engine.nd4j.NativeBackend;
import org.meanfield.model.Network;
import org.meanfield.model.TrainedModel;

/** A softmax regression on square colour images with random weights: the quickest model to open. */
public final class LinearClassifier implements ScorerSource {
  private static final long serialVersionUID = 1L;

  private final int side;
  private final String[] classes;
  private final long seed;

  /**
   * Of given classes.
   *
   * @param side of the images, in pixels
   * @param classes names in index order
   * @param seed of the weights
   */
  public LinearClassifier(int side, List<String> classes, long seed) {
    this.side = side;
    this.classes = classes.toArray(new String[0]);
    this.seed = seed;
  }

  /** Their names, in index order. */
  public List<String> classes() {
    return List.of(classes);
  }

  /** The model itself. */
  public TrainedModel trained() {
    NativeBackend.load();
    GraphBuilder graph =
        new NeuralNetConfiguration.Builder()
            .seed(seed)
            .weightInit(WeightInit.XAVIER)
            .graphBuilder();
    Network network =
        SoftmaxNetwork.end("tiny", graph, SoftmaxNetwork.INPUT, side, 3, new ClassIndex(classes()));
    return new TrainedModel(network, Engines.named("nd4j").initialState(network), "run", "data");
  }

  /** Leaves the model as a training run does. */
  public void write(Path run) {
    try {
      Path folder = Files.createDirectories(run.resolve("model"));
      for (Map.Entry<String, byte[]> file : trained().toFiles().entrySet()) {
        Files.write(folder.resolve(file.getKey()), file.getValue());
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public String modelId() {
    return trained().modelId();
  }

  @Override
  public Scorer open(int threads) {
    return new EngineScorer(trained(), Engines.named("nd4j"), threads);
  }
}
