package org.meanfield.export;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import java.util.List;
import java.util.Map;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.conf.layers.PReLULayer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.meanfield.data.ClassIndex;
import org.meanfield.data.ImageSpec;
import org.meanfield.data.Normalization;
import org.meanfield.data.ResizePolicy;
import org.meanfield.engine.EngineScorer;
import org.meanfield.engine.Engines;
import org.meanfield.engine.Scorer;
import org.meanfield.error.SettingsException;
import org.meanfield.export.onnx.PixelForm;
import org.meanfield.image.PixelImage;
import org.meanfield.model.Architectures;
import org.meanfield.model.Network;
import org.meanfield.model.TrainedModel;
import org.meanfield.model.TrainingRecipe;

class OnnxExporterTest {
  private static final ClassIndex CLASSES = new ClassIndex(List.of("ant", "bee", "cat \"x\""));

  @ParameterizedTest
  @CsvSource({
    "lenet, 28, 1, 5",
    "cnn, 24, 3, 5",
    "mlp, 12, 1, 5",
    "resnet20, 32, 3, 3",
    "resnet18, 32, 3, 2",
    "resnet50, 64, 3, 2"
  })
  void everyArchitectureAgreesWithTheEngine(String name, int side, int channels, int images) {
    ImageSpec spec = spec(side, channels);
    Network network = Architectures.build(name, spec, CLASSES, TrainingRecipe.plain(0.1, 3));
    TrainedModel model = RandomModels.of(network, 17);

    List<PixelImage> pixels = RandomModels.images(spec, images, 5);
    ExportCheck check = compare(model, pixels);

    assertThat(check.maxDifference()).isLessThan(1e-4);
    assertThat(check.top1Agreement()).isEqualTo(1.0);
    try (Scorer planes = new OnnxScorer("x", OnnxExporter.export(model), spec, CLASSES, 1);
        Scorer bytes =
            new OnnxBytesScorer(
                "x", OnnxExporter.export(model, PixelForm.BYTE_ROWS), spec, CLASSES, 1)) {
      assertThat(bytes.score(pixels)).isEqualTo(planes.score(pixels));
    }
  }

  @Test
  void theFileSaysWhatItsNumbersMean() throws OrtException {
    ImageSpec spec = spec(8, 3);
    Network network = Architectures.build("mlp", spec, CLASSES, TrainingRecipe.plain(0.1, 3));
    TrainedModel model = RandomModels.of(network, 1);
    OrtEnvironment environment = OrtEnvironment.getEnvironment();
    try (OrtSession session = environment.createSession(OnnxExporter.export(model))) {
      Map<String, String> metadata = session.getMetadata().getCustomMetadata();
      assertThat(metadata)
          .containsEntry("labels", "[\"ant\",\"bee\",\"cat \\\"x\\\"\"]")
          .containsEntry("height", "8")
          .containsEntry("width", "8")
          .containsEntry("channels", "3")
          .containsEntry("resize", "stretch")
          .containsEntry("runId", "run-1")
          .containsEntry("datasetId", "data-1")
          .containsEntry("modelId", model.modelId());
      assertThat(session.getInputInfo().get("pixels").getInfo().toString())
          .contains("[-1, 3, 8, 8]");
      assertThat(session.getOutputInfo().get("probabilities").getInfo().toString())
          .contains("[-1, 3]");
      assertThat(OnnxExporter.export(model)).isEqualTo(OnnxExporter.export(model));
    }
  }

  @Test
  void anUnknownLayerIsRefusedByName() {
    ComputationGraphConfiguration configuration =
        new NeuralNetConfiguration.Builder()
            .graphBuilder()
            .addInputs("image")
            .addLayer("strange", new PReLULayer.Builder().inputShape(1, 8, 8).build(), "image")
            .addLayer("out", new OutputLayer.Builder().nOut(3).build(), "strange")
            .setOutputs("out")
            .setInputTypes(InputType.convolutional(8, 8, 1))
            .build();
    TrainedModel model = RandomModels.of(new Network("odd", configuration, spec(8, 1), CLASSES), 1);

    assertThatThrownBy(() -> OnnxExporter.export(model))
        .isInstanceOf(SettingsException.class)
        .hasMessageContaining("strange: layer org.deeplearning4j.nn.conf.layers.PReLULayer")
        .hasMessageContaining("'odd'");
  }

  static ImageSpec spec(int side, int channels) {
    List<Float> mean = List.of(120f, 110f, 130f).subList(0, channels);
    List<Float> deviation = List.of(60f, 70f, 55f).subList(0, channels);
    return new ImageSpec(
        side, side, channels, ResizePolicy.STRETCH, new Normalization(mean, deviation));
  }

  /** Compares a model's export with the engine on the same images. */
  static ExportCheck compare(TrainedModel model, List<PixelImage> images) {
    byte[] onnx = OnnxExporter.export(model);
    try (Scorer engine = new EngineScorer(model, Engines.named("nd4j"), 1);
        Scorer exported =
            new OnnxScorer(
                "model.onnx", onnx, model.network().imageSpec(), model.network().classes(), 1)) {
      return ExportCheck.compare(engine, exported, images);
    }
  }
}
