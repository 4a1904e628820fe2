package org.meanfield.export;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.meanfield.data.ClassIndex;
import org.meanfield.data.ImageSpec;
import org.meanfield.engine.EngineScorer;
import org.meanfield.engine.Engines;
import org.meanfield.engine.Scorer;
import org.meanfield.engine.nd4j.ParameterLayout;
import org.meanfield.export.OpenCvNetwork.Form;
import org.meanfield.export.onnx.PixelForm;
import org.meanfield.image.PixelImage;
import org.meanfield.model.Architectures;
import org.meanfield.model.FloatVector;
import org.meanfield.model.ModelState;
import org.meanfield.model.Network;
import org.meanfield.model.TrainedModel;
import org.meanfield.model.TrainingRecipe;

/**
 * Every architecture in every form, as our engine, plain DL4J, ONNX Runtime and OpenCV compute it.
 * With {@code -Dmeanfield.parity.write=FOLDER} the ONNX files are left there, with images and the
 * engine's answers, for what has to be asked outside of Java: see scripts/export-parity.
 */
class ExportParityTest {
  private static final ClassIndex CLASSES = new ClassIndex(List.of("ant", "bee", "cat", "dog"));
  private static final double EXACT = 1e-4;
  private static final double HALVED = 1e-2;

  /**
   * Random weights in twenty layers and more magnify what 8 bits leave out until nothing can be
   * told from it; of trained weights the export measures it.
   */
  private static final String TOO_DEEP_FOR_BYTES = "resnet";

  /** What 8 bits cost random weights; a trained network's accuracy is measured by its export. */
  private static final double QUANTISED = 0.15;

  @TempDir private Path folder;

  @ParameterizedTest
  @CsvSource({
    "lenet, 28, 1, 8",
    "cnn, 24, 3, 8",
    "mlp, 12, 1, 8",
    "resnet20, 32, 3, 4",
    "resnet18, 32, 3, 4",
    "resnet50, 64, 3, 2"
  })
  void everyFormAgreesEverywhere(String name, int side, int channels, int count)
      throws IOException {
    ImageSpec spec = OnnxExporterTest.spec(side, channels);
    Network network = Architectures.build(name, spec, CLASSES, TrainingRecipe.plain(0.1, 3));
    List<PixelImage> images = RandomModels.images(spec, count, 5);
    TrainedModel model = undecided(RandomModels.of(network, 17), images);
    byte[] planes = OnnxExporter.export(model);
    byte[] bytes = OnnxExporter.export(model, PixelForm.BYTE_ROWS);
    byte[] halved = OnnxExporter.halved(model);
    byte[] quantised = OnnxExporter.quantized(model, RandomModels.images(spec, 32, 6));
    List<FloatVector> expected = answers(model, images);
    write(
        name,
        spec,
        images,
        expected,
        Map.of("model", planes, "uint8", bytes, "fp16", halved, "int8", quantised));

    agrees(name + ", plain DL4J", EXACT, images, expected, plainDl4j(model));
    Form floats = Form.PLANES;
    agrees(name + ", OpenCV", EXACT, images, expected, openCv(planes, spec, floats));
    agrees(name + ", OpenCV, uint8", EXACT, images, expected, openCv(bytes, spec, Form.BYTE_ROWS));
    agrees(name + ", OpenCV, fp16", HALVED, images, expected, openCv(halved, spec, floats));
    agrees(name + ", fp16", HALVED, images, expected, onnxRuntime(halved, spec));
    if (tolerances(name).containsKey("int8")) {
      agrees(name + ", int8", QUANTISED, images, expected, onnxRuntime(quantised, spec));
    }
    if (planes.length > 100_000) {
      assertThat(halved.length).as(name).isLessThan(planes.length * 6 / 10);
      assertThat(quantised.length).as(name).isLessThan(planes.length * 4 / 10);
    }
  }

  /**
   * The same network with a weaker last layer: where random weights are sure of every image, a
   * wrong layer would not show.
   */
  private static TrainedModel undecided(TrainedModel model, List<PixelImage> images) {
    Network network = model.network();
    String last = network.configuration().getNetworkOutputs().get(0);
    float[] parameters = model.state().parameters().toArray();
    TrainedModel weaker = model;
    while (surest(weaker, images) > 0.9) {
      for (ParameterLayout.Slice slice : ParameterLayout.of(network).of(last).values()) {
        for (long i = slice.offset(); i < slice.offset() + slice.size(); i++) {
          parameters[(int) i] /= 8;
        }
      }
      ModelState state =
          new ModelState(FloatVector.wrap(parameters.clone()), model.state().updaterState());
      weaker = new TrainedModel(network, state, model.runId(), model.datasetId());
    }
    return weaker;
  }

  private static double surest(TrainedModel model, List<PixelImage> images) {
    double surest = 0;
    for (FloatVector answer : answers(model, images)) {
      for (float probability : answer.toArray()) {
        surest = Math.max(surest, probability);
      }
    }
    return surest;
  }

  private static Scorer openCv(byte[] onnx, ImageSpec spec, Form form) {
    return new OpenCvNetwork(onnx, spec, CLASSES, form);
  }

  private static Scorer onnxRuntime(byte[] onnx, ImageSpec spec) {
    return new OnnxScorer("x", onnx, spec, CLASSES, 1);
  }

  /** The exported zip, as a program reads it that knows DL4J and nothing of ours. */
  private Scorer plainDl4j(TrainedModel model) throws IOException {
    Path zip = Files.write(folder.resolve("model.zip"), ModelZip.encode(model));
    return new PlainDl4j(zip.toFile(), model.network().imageSpec(), CLASSES);
  }

  private static List<FloatVector> answers(TrainedModel model, List<PixelImage> images) {
    try (Scorer scorer = new EngineScorer(model, Engines.named("nd4j"), 1)) {
      return scorer.score(images);
    }
  }

  private static void agrees(
      String what,
      double tolerance,
      List<PixelImage> images,
      List<FloatVector> expected,
      Scorer exported) {
    try (exported) {
      List<FloatVector> found = exported.score(images);
      for (int i = 0; i < expected.size(); i++) {
        assertThat(found.get(i).toArray())
            .as("%s, image %d", what, i)
            .usingComparatorWithPrecision((float) tolerance)
            .containsExactly(expected.get(i).toArray());
      }
    }
  }

  /** How near each form's probabilities must be; a form that is left out is held to nothing. */
  private static Map<String, Double> tolerances(String name) {
    Map<String, Double> tolerances = new LinkedHashMap<>();
    tolerances.put("model", EXACT);
    tolerances.put("uint8", EXACT);
    tolerances.put("fp16", HALVED);
    if (!name.startsWith(TOO_DEEP_FOR_BYTES)) {
      tolerances.put("int8", QUANTISED);
    }
    return tolerances;
  }

  /** A folder for each architecture: files, pixels, answers, and what their numbers mean. */
  private static void write(
      String name,
      ImageSpec spec,
      List<PixelImage> images,
      List<FloatVector> expected,
      Map<String, byte[]> files)
      throws IOException {
    String target = System.getProperty("meanfield.parity.write", "");
    if (target.isEmpty()) {
      return;
    }
    Path folder = Files.createDirectories(Path.of(target, name));
    for (Map.Entry<String, byte[]> file : files.entrySet()) {
      Files.write(folder.resolve(file.getKey() + ".onnx"), file.getValue());
    }
    FloatVector pixels = OnnxNetwork.rawPixels(spec).forScoring(images).pixels();
    Files.write(folder.resolve("pixels.f32"), littleEndian(List.of(pixels)));
    Files.write(folder.resolve("pixels.u8"), ForeignProgram.byteRows(spec, images));
    Files.write(folder.resolve("expected.f32"), littleEndian(expected));
    Map<String, Object> meaning = new LinkedHashMap<>();
    meaning.put("planes", List.of(images.size(), spec.channels(), spec.height(), spec.width()));
    meaning.put("rows", List.of(images.size(), spec.height(), spec.width(), spec.channels()));
    meaning.put("classes", CLASSES.size());
    meaning.put("tolerances", tolerances(name));
    Files.write(folder.resolve("case.json"), new ObjectMapper().writeValueAsBytes(meaning));
  }

  private static byte[] littleEndian(List<FloatVector> vectors) {
    int values = vectors.stream().mapToInt(FloatVector::length).sum();
    ByteBuffer bytes = ByteBuffer.allocate(4 * values).order(ByteOrder.LITTLE_ENDIAN);
    for (FloatVector vector : vectors) {
      for (float value : vector.toArray()) {
        bytes.putFloat(value);
      }
    }
    return bytes.array();
  }
}
