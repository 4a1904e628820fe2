package org.meanfield.export;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.meanfield.data.ClassIndex;
import org.meanfield.data.ImageSpec;
import org.meanfield.engine.EngineScorer;
import org.meanfield.engine.Engines;
import org.meanfield.engine.Scorer;
import org.meanfield.error.CorruptArtifactException;
import org.meanfield.image.BadImageException;
import org.meanfield.image.PixelImage;
import org.meanfield.image.PngEncoder;
import org.meanfield.model.Architectures;
import org.meanfield.model.TrainedModel;
import org.meanfield.model.TrainingRecipe;

class ClassifierTest {
  private static final ImageSpec SPEC = OnnxExporterTest.spec(16, 3);
  private static final ClassIndex CLASSES = new ClassIndex(List.of("ant", "bee", "c\\a\nt"));
  @TempDir Path folder;
  private TrainedModel model;

  @BeforeEach
  void exportModel() throws IOException {
    model =
        RandomModels.of(Architectures.build("cnn", SPEC, CLASSES, TrainingRecipe.plain(0.1, 2)), 9);
    Map<String, byte[]> files =
        ServingBundle.files(
            model,
            Map.of(ServingBundle.ONNX_FILE, OnnxExporter.export(model)),
            new ExportCheck(100, 1e-6, 1));
    for (Map.Entry<String, byte[]> file : files.entrySet()) {
      Files.write(folder.resolve(file.getKey()), file.getValue());
    }
  }

  @Test
  void answersWhatTheTrainedModelAnswers() {
    List<PixelImage> images = RandomModels.images(SPEC, 4, 3);
    List<byte[]> encoded = images.stream().map(PngEncoder::encode).toList();
    try (Scorer trained = new EngineScorer(model, Engines.named("nd4j"), 1);
        Classifier classifier = Classifier.load(folder, 2)) {
      List<Classification> answers = classifier.classify(encoded);
      for (int i = 0; i < images.size(); i++) {
        float[] expected = trained.score(images).get(i).toArray();
        Classification answer = answers.get(i);
        float best = Math.max(expected[0], Math.max(expected[1], expected[2]));
        assertThat(answer.label()).isEqualTo(answer.top().get(0).label());
        assertThat(answer.probability())
            .isEqualTo(expected[CLASSES.label(answer.label())], within())
            .isEqualTo(best, within());
        assertThat(answer.top())
            .isSortedAccordingTo((a, b) -> Float.compare(b.probability(), a.probability()));
        assertThat(classifier.classify(encoded.get(i)).label()).isEqualTo(answer.label());
      }
      assertThatThrownBy(() -> classifier.classify(new byte[] {1, 2}))
          .isInstanceOf(BadImageException.class);
    }
  }

  @Test
  void aDamagedBundleIsRefused() throws IOException {
    assertThat(Files.readString(folder.resolve("labels.txt"))).isEqualTo("ant\nbee\nc\\\\a\\nt\n");
    Path onnx = folder.resolve("model.onnx");
    byte[] whole = Files.readAllBytes(onnx);
    byte[] altered = whole.clone();
    altered[whole.length / 2] ^= 1;
    for (byte[] damaged : List.of(altered, Arrays.copyOf(whole, whole.length - 9))) {
      Files.write(onnx, damaged);
      assertThatThrownBy(() -> Classifier.load(folder))
          .isInstanceOf(CorruptArtifactException.class)
          .hasMessageContaining("model.onnx is not the file that was exported");
    }
    Files.delete(onnx);
    assertThatThrownBy(() -> Classifier.load(folder)).isInstanceOf(CorruptArtifactException.class);
    Files.writeString(folder.resolve("bundle.json"), "{\"formatVersion\": 1}");
    assertThatThrownBy(() -> Classifier.load(folder))
        .isInstanceOf(CorruptArtifactException.class)
        .hasMessageContaining("bundle.json");
    Files.delete(folder.resolve("bundle.json"));
    assertThatThrownBy(() -> Classifier.load(folder))
        .isInstanceOf(CorruptArtifactException.class)
        .hasMessageContaining("no finished export");
  }

  @Test
  void needsOnlyThisLibraryAndOnnxRuntime() throws Exception {
    byte[] png = PngEncoder.encode(RandomModels.images(SPEC, 1, 3).get(0));
    Path image = Files.write(folder.resolve("image.png"), png);
    String classPath =
        Stream.of(System.getProperty("java.class.path").split(File.pathSeparator, -1))
            .filter(entry -> entry.matches(".*(classes|onnxruntime-|jackson-|slf4j-api-).*"))
            .filter(entry -> !entry.contains("nd4j"))
            .collect(Collectors.joining(File.pathSeparator));
    Process java =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx256m",
                "-cp",
                classPath,
                Program.class.getName(),
                folder.toString(),
                image.toString())
            .redirectErrorStream(true)
            .start();
    String printed = new String(java.getInputStream().readAllBytes(), StandardCharsets.UTF_8);

    assertThat(java.waitFor()).as(printed).isZero();
    try (Classifier classifier = Classifier.load(folder)) {
      assertThat(printed).contains("label=" + classifier.classify(png).label());
    }
  }

  private static Offset<Float> within() {
    return Offset.offset(1e-4f);
  }

  /** What runs in a JVM of its own. */
  static final class Program {
    private Program() {}

    public static void main(String[] args) throws IOException {
      for (String absent :
          List.of(
              "org.apache.spark.SparkContext",
              "org.apache.hadoop.fs.FileSystem",
              "org.deeplearning4j.nn.graph.ComputationGraph",
              "org.nd4j.linalg.factory.Nd4j")) {
        try {
          Class.forName(absent);
          throw new IllegalStateException(absent + " is on the class path");
        } catch (ClassNotFoundException expected) {
          System.out.println("absent: " + absent);
        }
      }
      try (Classifier classifier = Classifier.load(Path.of(args[0]))) {
        byte[] image = Files.readAllBytes(Path.of(args[1]));
        System.out.println("label=" + classifier.classify(image).label());
      }
    }
  }
}
