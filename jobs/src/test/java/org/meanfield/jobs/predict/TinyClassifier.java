package org.meanfield.jobs.predict;

import java.util.List;
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
import org.meanfield.engine.ScorerSource;
import org.meanfield.model.Network;
import org.meanfield.model.TrainedModel;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.lossfunctions.LossFunctions;

/** A softmax regression on 8x8 colour images with six classes and random weights. */
final class TinyClassifier implements ScorerSource {
  private static final long serialVersionUID = 1L;

  static final List<String> CLASSES = List.of("ant", "bee", "cat", "dog", "elk", "fox");
  private final long seed;

  TinyClassifier(long seed) {
    this.seed = seed;
  }

  TrainedModel trained() {
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

  @Override
  public String modelId() {
    return trained().modelId();
  }

  @Override
  public Scorer open(int threads) {
    return new ReplicaScorer(trained(), Engines.named("nd4j"), threads);
  }
}
