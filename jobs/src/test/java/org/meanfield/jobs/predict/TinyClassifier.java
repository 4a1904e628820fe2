package org.meanfield.jobs.predict;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.weights.WeightInit;
import org.meanfield.data.ClassIndex;
import org.meanfield.data.ImageSpec;
import org.meanfield.data.Normalization;
import org.meanfield.data.ResizePolicy;
import org.meanfield.engine.Engine;
import org.meanfield.engine.Engines;
import org.meanfield.engine.ReplicaScorer;
import org.meanfield.engine.Scorer;
import org.meanfield.model.Network;
import org.meanfield.model.TrainedModel;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.lossfunctions.LossFunctions;

/** A softmax regression on 8x8 colour images with six classes and random weights. */
final class TinyClassifier {
  static final List<String> CLASSES = List.of("ant", "bee", "cat", "dog", "elk", "fox");

  private TinyClassifier() {}

  static TrainedModel trained(long seed) {
    ImageSpec spec = new ImageSpec(8, 8, 3, ResizePolicy.STRETCH, Normalization.unitRange(3));
    var graph =
        new NeuralNetConfiguration.Builder()
            .seed(seed)
            .weightInit(WeightInit.XAVIER)
            .graphBuilder()
            .addInputs("image")
            .addLayer(
                "output",
                new OutputLayer.Builder(LossFunctions.LossFunction.MCXENT)
                    .nOut(CLASSES.size())
                    .activation(Activation.SOFTMAX)
                    .build(),
                "image")
            .setOutputs("output")
            .setInputTypes(InputType.convolutional(8, 8, 3))
            .build();
    Network network = new Network("tiny", graph, spec, new ClassIndex(CLASSES));
    Engine engine = Engines.named("nd4j");
    return new TrainedModel(network, engine.initialState(network), "run", "data");
  }

  /** Leaves the model as a training run does. */
  static void write(Path run, long seed) {
    try {
      Path folder = Files.createDirectories(run.resolve("model"));
      for (Map.Entry<String, byte[]> file : trained(seed).toFiles().entrySet()) {
        Files.write(folder.resolve(file.getKey()), file.getValue());
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static Scorer scorer(long seed) {
    return new ReplicaScorer(trained(seed), Engines.named("nd4j"), 1);
  }
}
