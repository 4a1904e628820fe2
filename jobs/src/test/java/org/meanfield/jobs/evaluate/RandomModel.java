package org.meanfield.jobs.evaluate;

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

/** A softmax regression on 12x12 colour images with random weights. */
record RandomModel(List<String> classes) implements ScorerSource {

  @Override
  public String modelId() {
    return trained().modelId();
  }

  @Override
  public Scorer open(int threads) {
    return new ReplicaScorer(trained(), Engines.named("nd4j"), threads);
  }

  private TrainedModel trained() {
    var graph =
        new NeuralNetConfiguration.Builder()
            .seed(5)
            .weightInit(WeightInit.XAVIER)
            .graphBuilder()
            .addInputs("image")
            .addLayer(
                "output",
                new OutputLayer.Builder(LossFunctions.LossFunction.MCXENT)
                    .nOut(classes.size())
                    .activation(Activation.SOFTMAX)
                    .build(),
                "image")
            .setOutputs("output")
            .setInputTypes(InputType.convolutional(12, 12, 3))
            .build();
    ImageSpec spec = new ImageSpec(12, 12, 3, ResizePolicy.STRETCH, Normalization.unitRange(3));
    Network network = new Network("tiny", graph, spec, new ClassIndex(classes));
    Engine engine = Engines.named("nd4j");
    return new TrainedModel(network, engine.initialState(network), "run", "data");
  }
}
