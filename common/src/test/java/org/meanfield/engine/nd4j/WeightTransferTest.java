package org.meanfield.engine.nd4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.util.ModelSerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.meanfield.data.ClassIndex;
import org.meanfield.data.ImageSpec;
import org.meanfield.data.Normalization;
import org.meanfield.data.ResizePolicy;
import org.meanfield.engine.Minibatch;
import org.meanfield.engine.Replica;
import org.meanfield.engine.StepPosition;
import org.meanfield.error.CorruptArtifactException;
import org.meanfield.error.SettingsException;
import org.meanfield.model.Architectures;
import org.meanfield.model.FloatVector;
import org.meanfield.model.GradientClipping;
import org.meanfield.model.LearningRateSchedule;
import org.meanfield.model.ModelState;
import org.meanfield.model.Network;
import org.meanfield.model.Optimizer;
import org.meanfield.model.PretrainedModel;
import org.meanfield.model.StartingPoint;
import org.meanfield.model.TrainedModel;
import org.meanfield.model.TrainingRecipe;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

class WeightTransferTest {
  private static final ImageSpec COLOUR = spec(16, 16, 3);
  private static final TrainingRecipe RECIPE =
      new TrainingRecipe(
          new Optimizer.Nesterov(0.9),
          new LearningRateSchedule.Cosine(0, 0),
          0.05,
          10,
          1e-3,
          new GradientClipping.ByNorm(1),
          0.2,
          4);

  @Test
  void startsWhereTheOtherTrainingEnded() {
    TrainedModel trained = trained("cnn", COLOUR, classes(3));
    PretrainedModel model = PretrainedModel.of("run/model", trained);

    StartingPoint start =
        WeightTransfer.start(model, model.network(COLOUR, classes(3), RECIPE), Optional.empty());

    assertThat(start.state().parameters()).isEqualTo(trained.state().parameters());
    assertThat(start.fresh()).isEmpty();
    assertThat(start.summary())
        .startsWith("kept the weights of 13 layers (conv1 to probabilities)");
  }

  @Test
  void givesOtherClassesANewClassifier() {
    TrainedModel trained = trained("cnn", COLOUR, classes(3));
    PretrainedModel model = PretrainedModel.of("run/model", trained);

    for (ClassIndex other : List.of(classes(5), new ClassIndex(List.of("x", "y", "z")))) {
      StartingPoint start =
          WeightTransfer.start(
              model, Architectures.build("cnn", COLOUR, other, RECIPE), Optional.empty());

      assertThat(start.fresh()).containsExactly("probabilities");
      assertThat(start.kept()).hasSize(12);
      assertThat(start.state().parameters().get(100))
          .isEqualTo(trained.state().parameters().get(100));
    }
  }

  /** {@code stage1.block1.conv2} ends inside a block: the shortcut beside it goes on learning. */
  @ParameterizedTest
  @CsvSource({
    "cnn, pool1, 4",
    "resnet20, stage2.block1.conv1, 15",
    "resnet20, stage1.block2.add, 10"
  })
  void frozenLayersKeepTheirWeightsAndStatistics(String name, String last, int count) {
    Network network = Architectures.build(name, COLOUR, classes(3), RECIPE);
    PretrainedModel model = PretrainedModel.of("run/model", trained(name, COLOUR, classes(3)));

    StartingPoint start = WeightTransfer.start(model, network, Optional.of(last));

    assertThat(start.frozen()).hasSize(count);
    ModelState after = train(start.network(), start.state(), 3);
    Map<String, INDArray> before = table(start.network(), start.state());
    Map<String, INDArray> now = table(start.network(), after);
    now.forEach(
        (parameter, values) -> {
          String layer = parameter.substring(0, parameter.lastIndexOf('_'));
          assertThat(values.equals(before.get(parameter)))
              .as(parameter)
              .isEqualTo(start.frozen().contains(layer));
        });
    assertThat(start.network().withoutFreezing().configurationJson())
        .isEqualTo(network.configurationJson());
  }

  @Test
  void readsAPlainChainOfLayers() throws IOException {
    MultiLayerNetwork chain =
        new MultiLayerNetwork(
            new NeuralNetConfiguration.Builder()
                .seed(3)
                .list()
                .layer(new ConvolutionLayer.Builder(3, 3).nOut(4).build())
                .layer(new BatchNormalization())
                .layer(
                    new OutputLayer.Builder()
                        .name("head")
                        .nOut(2)
                        .activation(Activation.SOFTMAX)
                        .build())
                .setInputType(InputType.convolutionalFlat(8, 7, 1))
                .build());
    chain.init();
    ImageSpec images = spec(8, 7, 1);
    PretrainedModel model = Nd4jModelReader.read("chain.zip", zip(chain));

    StartingPoint start =
        WeightTransfer.start(model, model.network(images, classes(2), RECIPE), Optional.empty());

    assertThat(start.kept()).containsExactly("layer0", "layer1", "head");
    FloatVector image = noise(1, images);
    INDArray flat = Nd4j.createFromArray(image.toArray()).reshape(1, 56);
    assertThat(predict(start, image))
        .containsExactly(chain.output(flat).toFloatVector(), within(1e-6f));
  }

  @Test
  void readsAGraphAndRefusesADamagedOne() throws IOException {
    ComputationGraph graph =
        new ComputationGraph(
            Architectures.build("lenet", COLOUR, classes(3), RECIPE)
                .withoutSchedule()
                .configuration());
    graph.init();
    byte[] file = zip(graph);

    PretrainedModel model = Nd4jModelReader.read("graph.zip", file);
    StartingPoint start =
        WeightTransfer.start(model, model.network(COLOUR, classes(3), RECIPE), Optional.empty());

    assertThat(start.state().parameters()).isEqualTo(model.parameters());
    assertThatThrownBy(
            () -> Nd4jModelReader.read("cut.zip", Arrays.copyOf(file, file.length * 2 / 3)))
        .isInstanceOf(CorruptArtifactException.class)
        .hasMessageContaining("cut.zip");
    assertThatThrownBy(() -> Nd4jModelReader.read("notes.txt", new byte[100]))
        .isInstanceOf(SettingsException.class)
        .hasMessageContaining("notes.txt");
  }

  /** The expected values are those that the script beside the file works out without Keras. */
  @Test
  void readsAKerasModelWithChannelsLast() throws IOException {
    PretrainedModel model =
        Nd4jModelReader.read("tiny.h5", resource("/keras/tiny-channels-last.h5"));
    ImageSpec images = spec(6, 5, 3);

    StartingPoint start =
        WeightTransfer.start(model, model.network(images, classes(3), RECIPE), Optional.empty());

    assertThat(start.kept()).containsExactly("conv", "norm", "predictions");
    float[] channelsLast = KERAS_PIXELS;
    float[] channelsFirst = new float[channelsLast.length];
    for (int i = 0; i < channelsLast.length; i++) {
      channelsFirst[i % 3 * 30 + i / 3] = channelsLast[i] / 255;
    }
    assertThat(predict(start, FloatVector.wrap(channelsFirst)))
        .containsExactly(new float[] {0.039245f, 0.91036f, 0.050395f}, within(1e-5f));
  }

  @Test
  void refusesWhatDoesNotFit() {
    PretrainedModel model = PretrainedModel.of("run/model", trained("cnn", COLOUR, classes(3)));

    assertThatThrownBy(
            () ->
                WeightTransfer.start(
                    model,
                    Architectures.build("resnet20", COLOUR, classes(3), RECIPE),
                    Optional.of("stage1.block1.add")))
        .isInstanceOf(SettingsException.class);
    Network network = Architectures.build("cnn", COLOUR, classes(3), RECIPE);
    assertThatThrownBy(() -> WeightTransfer.start(model, network, Optional.of("conv")))
        .hasMessageContaining("no layer 'conv'")
        .hasMessageContaining("did you mean 'conv1'?");
    assertThatThrownBy(() -> WeightTransfer.start(model, network, Optional.of("probabilities")))
        .hasMessageContaining("nothing would be left to train");
    assertThatThrownBy(
            () ->
                WeightTransfer.start(
                    model,
                    Architectures.build("cnn", spec(16, 16, 1), classes(3), RECIPE),
                    Optional.of("conv1")))
        .hasMessageContaining("freeze fewer layers");
  }

  private static TrainedModel trained(String name, ImageSpec images, ClassIndex classes) {
    Network network = Architectures.build(name, images, classes, TrainingRecipe.plain(0.1, 99));
    try (Replica replica = new Nd4jEngine().open(network, 1)) {
      return new TrainedModel(network, train(network, replica.state(), 2), "run", "data");
    }
  }

  private static ModelState train(Network network, ModelState start, int steps) {
    ImageSpec images = network.imageSpec();
    try (Replica replica = new Nd4jEngine().open(network, 1)) {
      replica.load(start);
      for (int i = 0; i < steps; i++) {
        float[] targets = new float[4 * network.classes().size()];
        for (int image = 0; image < 4; image++) {
          targets[image * network.classes().size() + image % 2] = 1;
        }
        replica.step(
            new Minibatch(4, noise(4, images), FloatVector.wrap(targets)),
            new StepPosition(i, 0, i));
      }
      return replica.state();
    }
  }

  private static float[] predict(StartingPoint start, FloatVector image) {
    try (Replica replica = new Nd4jEngine().open(start.network(), 1)) {
      replica.load(start.state());
      return replica.predict(new Minibatch(1, image, FloatVector.empty())).toArray();
    }
  }

  private static Map<String, INDArray> table(Network network, ModelState state) {
    ComputationGraph graph = new ComputationGraph(network.configuration());
    graph.init(Nd4j.createFromArray(state.parameters().toArray()), false);
    return graph.paramTable();
  }

  private static byte[] zip(Model model) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ModelSerializer.writeModel(model, out, true);
    return out.toByteArray();
  }

  private static byte[] resource(String path) throws IOException {
    try (InputStream in = WeightTransferTest.class.getResourceAsStream(path)) {
      return in.readAllBytes();
    }
  }

  private static FloatVector noise(int count, ImageSpec images) {
    Random random = new Random(8);
    float[] values = new float[count * images.values()];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) random.nextGaussian();
    }
    return FloatVector.wrap(values);
  }

  private static ImageSpec spec(int height, int width, int channels) {
    return new ImageSpec(
        height, width, channels, ResizePolicy.STRETCH, Normalization.unitRange(channels));
  }

  private static ClassIndex classes(int count) {
    return new ClassIndex(IntStream.range(0, count).mapToObj(i -> "class" + i).toList());
  }

  private static float[] floats(String commaSeparated) {
    List<Float> values = Stream.of(commaSeparated.split(",", -1)).map(Float::valueOf).toList();
    float[] floats = new float[values.size()];
    for (int i = 0; i < floats.length; i++) {
      floats[i] = values.get(i);
    }
    return floats;
  }

  private static final float[] KERAS_PIXELS =
      floats(
          "201,105,197,77,244,161,249,242,64,131,94,238,173,70,127,237,247,186,"
              + "180,227,67,231,115,139,65,249,21,136,31,249,47,205,206,125,82,108,"
              + "194,226,98,212,20,247,237,59,185,33,181,96,1,198,218,78,145,154,"
              + "160,159,89,49,197,230,248,41,76,207,112,38,207,81,166,43,228,109,"
              + "156,127,145,16,102,244,117,201,114,54,102,173,237,246,162,90,195,69");
}
