package org.meanfield.jobs.export;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.offset;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.meanfield.data.ClassIndex;
import org.meanfield.data.ImageSpec;
import org.meanfield.data.Normalization;
import org.meanfield.data.ResizePolicy;
import org.meanfield.data.Split;
import org.meanfield.engine.Engines;
import org.meanfield.engine.Scorer;
import org.meanfield.export.Classification;
import org.meanfield.export.Classifier;
import org.meanfield.export.OnnxExporter;
import org.meanfield.image.ImagePreparation;
import org.meanfield.image.PixelImage;
import org.meanfield.jobs.cli.Console;
import org.meanfield.jobs.cli.Meanfield;
import org.meanfield.jobs.ingest.IngestJob;
import org.meanfield.jobs.ingest.TinyDatasets;
import org.meanfield.jobs.storage.DatasetFiles;
import org.meanfield.jobs.storage.ModelFiles;
import org.meanfield.jobs.storage.ShippedModel;
import org.meanfield.jobs.storage.Storage;
import org.meanfield.jobs.testing.LocalSpark;
import org.meanfield.model.Architectures;
import org.meanfield.model.FloatVector;
import org.meanfield.model.ModelState;
import org.meanfield.model.Network;
import org.meanfield.model.TrainedModel;
import org.meanfield.model.TrainingRecipe;

class ExportJobTest {
  private static SparkSession spark;
  private static Storage storage;
  @TempDir private static Path shared;
  private static String data;
  private static ClassIndex classes;
  @TempDir private Path folder;
  private Path run;
  private Path output;
  private final ByteArrayOutputStream errors = new ByteArrayOutputStream();

  @BeforeAll
  static void start() {
    spark = LocalSpark.session();
    storage = new Storage(spark.sparkContext().hadoopConfiguration());
    data = shared.resolve("set").toString();
    Path sample = Path.of("src", "test", "resources", "fashion-mnist-sample");
    int code =
        new Meanfield(List.of(new IngestJob()), System.out, System.err, console())
            .run(spark, "ingest", "--input", sample.toString(), "--output", data);
    assertThat(code).isZero();
    classes = DatasetFiles.open(spark, storage, data).manifest().classes();
  }

  @BeforeEach
  void prepare() throws IOException {
    output = folder.resolve("export");
    run = folder.resolve("run");
    writeRun(run, model(3));
  }

  @Test
  void whatItExportsIsWhatWasTrained() throws IOException {
    assertThat(export(new ExportJob(), run)).as(errors.toString(StandardCharsets.UTF_8)).isZero();

    JsonNode result = result();
    assertThat(result.path("status").asText()).isEqualTo("done");
    assertThat(result.path("maxDifference").asDouble()).isLessThan(1e-4);
    assertThat(result.path("top1Agreement").asDouble()).isEqualTo(1.0);
    assertThat(result.path("checkedImages").asInt()).isGreaterThanOrEqualTo(100);
    assertThat(output)
        .isDirectoryContaining("glob:**/{model.onnx}")
        .isDirectoryContaining("glob:**/{model.zip}")
        .isDirectoryContaining("glob:**/{labels.txt}")
        .isDirectoryContaining("glob:**/{network.json}")
        .isDirectoryContaining("glob:**/{bundle.json}");
    assertThat(Files.readAllLines(output.resolve("labels.txt"))).isEqualTo(classes.names());
    ComputationGraph graph = ComputationGraph.load(output.resolve("model.zip").toFile(), true);
    assertThat(graph.numParams()).isEqualTo(model(3).state().parameters().length());
    graph.close();
    everyFormScoresAlike();
  }

  @Test
  void doneAgainThereIsNothingToDoAndAnotherModelIsRefused() throws IOException {
    assertThat(export(new ExportJob(), run)).isZero();
    assertThat(export(new ExportJob(), run)).isZero();
    assertThat(result().path("status").asText()).isEqualTo("nothing-to-do");
    assertThat(result().path("checkedImages").asInt()).isGreaterThanOrEqualTo(100);

    Path other = folder.resolve("other");
    writeRun(other, model(4));
    assertThat(export(new ExportJob(), other)).isEqualTo(6);
    assertThat(errors.toString(StandardCharsets.UTF_8)).contains("Choose another --output");

    Files.write(output.resolve("model.onnx"), new byte[] {1, 2, 3});
    assertThat(export(new ExportJob(), run)).isEqualTo(5);
    assertThat(errors.toString(StandardCharsets.UTF_8)).contains("model.onnx is not the file");
  }

  @Test
  void aFileThatComputesSomethingElseIsNotPublished() throws IOException {
    ExportJob wrong = new ExportJob(model -> OnnxExporter.export(withOneWrongWeight(model)));

    assertThat(export(wrong, run)).isEqualTo(5);

    assertThat(result().path("status").asText()).isEqualTo("failed");
    assertThat(errors.toString(StandardCharsets.UTF_8)).contains("model.onnx does not compute");
    assertThat(output.resolve("bundle.json")).doesNotExist();
    assertThat(output.resolve("model.onnx")).doesNotExist();
  }

  @Test
  void filesOfOthersAreLeftAloneAndThoseOfAKilledExportAreReplaced() throws IOException {
    Files.createDirectories(output);
    Files.writeString(output.resolve("labels.txt"), "precious");
    assertThat(export(new ExportJob(), run)).isEqualTo(6);
    assertThat(errors.toString(StandardCharsets.UTF_8))
        .contains("holds labels.txt, which 'export' did not write", "choose another output");
    assertThat(output.resolve("labels.txt")).hasContent("precious");

    Files.writeString(output.resolve(".export-claim"), "");
    assertThat(export(new ExportJob(), run)).isZero();
    assertThat(Files.readAllLines(output.resolve("labels.txt"))).isEqualTo(classes.names());
    assertThat(output.resolve(".export-claim")).doesNotExist();

    String ofTheRun = run.toString();
    output = run;
    assertThat(export(new ExportJob(), run)).isEqualTo(6);
    assertThat(errors.toString(StandardCharsets.UTF_8)).contains(ofTheRun + " holds run.json");
  }

  @Test
  void saysWhatIsMissing() throws IOException {
    Files.writeString(run.resolve("run.json"), "{\"dataset\": {\"uri\": \"/moved/away\"}}");
    assertThat(export(new ExportJob(), run)).isEqualTo(3);
    assertThat(errors.toString(StandardCharsets.UTF_8)).contains("/moved/away", "--data");
    assertThat(export(new ExportJob(), run, "--data", data, "--to", "onnx")).isZero();
    assertThat(output.resolve("model.zip")).doesNotExist();

    String few = TinyDatasets.create(spark, folder.resolve("few"));
    storage.delete(output.toString());
    assertThat(export(new ExportJob(), run, "--data", few)).isEqualTo(3);
    assertThat(errors.toString(StandardCharsets.UTF_8)).contains("at least 100 images");

    assertThat(export(new ExportJob(), folder.resolve("nothing"))).isEqualTo(3);
    assertThat(export(new ExportJob(), run, "--to", "tflite")).isEqualTo(2);
    assertThat(errors.toString(StandardCharsets.UTF_8)).contains("some of onnx, dl4j");
  }

  @Test
  void writesWhatEachServerWants() throws IOException {
    assertThat(export(new ExportJob(), run, "--to", "uint8,kserve,mlflow"))
        .as(errors.toString(StandardCharsets.UTF_8))
        .isZero();
    byte[] onnx = Files.readAllBytes(output.resolve("model.onnx"));
    assertThat(output.resolve("triton/classifier/1/model.onnx")).hasBinaryContent(onnx);
    assertThat(output.resolve("mlflow/model.onnx")).hasBinaryContent(onnx);
    assertThat(output.resolve("triton/classifier/config.pbtxt")).exists();
    assertThat(output.resolve("kserve/inferenceservice.yaml")).exists();
    assertThat(output.resolve("mlflow/MLmodel")).exists();
    assertThat(output.resolve("model-uint8.onnx")).exists();
    assertThat(output.resolve("model.zip")).doesNotExist();
    assertThat(result().path("top1Agreement").asDouble()).isEqualTo(1.0);

    assertThat(export(new ExportJob(), run, "--to", "uint8,kserve,mlflow")).isZero();
    assertThat(result().path("status").asText()).isEqualTo("nothing-to-do");
    String elsewhere = "export.storage-uri=s3://models/triton";
    assertThat(export(new ExportJob(), run, "--to", "kserve", "--set", elsewhere)).isEqualTo(6);
    assertThat(errors.toString(StandardCharsets.UTF_8)).contains("another export.storage-uri");
    Files.writeString(output.resolve("mlflow/MLmodel"), "altered");
    assertThat(export(new ExportJob(), run, "--to", "mlflow")).isEqualTo(5);
    assertThat(errors.toString(StandardCharsets.UTF_8)).contains("mlflow/MLmodel is not the file");
  }

  @Test
  void smallerFormsAreMeasuredAndTold() throws IOException {
    String[] smaller = {"--to", "fp16,int8", "--set", "export.maximum-accuracy-loss=1"};
    assertThat(export(new ExportJob(), run, smaller))
        .as(errors.toString(StandardCharsets.UTF_8))
        .isZero();
    JsonNode variants = result().path("variants");
    assertThat(variants).hasSize(2);
    for (JsonNode variant : variants) {
      assertThat(output.resolve(variant.path("file").asText()))
          .hasSize(variant.path("bytes").asLong());
      assertThat(variant.path("bytes").asDouble() / variant.path("fullBytes").asDouble())
          .isLessThan(0.6);
      assertThat(variant.path("images").asInt()).isGreaterThanOrEqualTo(100);
      assertThat(variant.path("accuracy").asDouble())
          .isCloseTo(variant.path("fullAccuracy").asDouble(), offset(0.2));
      assertThat(variant.at("/agreement/maxDifference").asDouble()).isBetween(0.0, 0.2);
    }
    assertThat(output.resolve("model.onnx")).as("what they were measured against").exists();

    assertThat(export(new ExportJob(), run, smaller)).isZero();
    assertThat(result().path("status").asText()).isEqualTo("nothing-to-do");
    assertThat(result().path("variants")).isEqualTo(variants);
  }

  @Test
  void aSmallerFormThatLosesTooMuchIsRefusedAndNothingIsPublished() throws IOException {
    ImageSpec spec = new ImageSpec(28, 28, 1, ResizePolicy.STRETCH, Normalization.unitRange(1));
    List<CheckImage> examples = new ArrayList<>();
    for (Row row :
        DatasetFiles.open(spark, storage, data)
            .split(Split.TRAIN)
            .select(DatasetFiles.LABEL, DatasetFiles.IMAGE)
            .collectAsList()) {
      examples.add(
          new CheckImage(row.getInt(0), ImagePreparation.prepare(row.<byte[]>getAs(1), spec)));
    }
    writeRun(run, FaintCentroids.of(classes, 28, examples));
    assertThat(export(new ExportJob(), run, "--to", "fp16")).isEqualTo(2);
    assertThat(errors.toString(StandardCharsets.UTF_8))
        .contains("model-fp16.onnx", "'fp16' in export.to", "allowed 0.0100", "0.1000 accuracy");
    assertThat(result().path("status").asText()).isEqualTo("failed");
    for (String file : List.of("bundle.json", "model.onnx", "model-fp16.onnx", "variants.json")) {
      assertThat(output.resolve(file)).doesNotExist();
    }

    assertThat(
            export(new ExportJob(), run, "--to", "fp16", "--set", "export.maximum-accuracy-loss=1"))
        .as(errors.toString(StandardCharsets.UTF_8))
        .isZero();
    JsonNode variant = result().at("/variants/0");
    assertThat(variant.path("accuracy").asDouble()).as("one class for all").isEqualTo(0.1);
    assertThat(variant.path("fullAccuracy").asDouble()).isGreaterThan(0.4);
  }

  /** The run, the zip and the export, opened as the other commands open them, and Classifier. */
  private void everyFormScoresAlike() {
    List<byte[]> encoded = new ArrayList<>();
    for (Row row : DatasetFiles.open(spark, storage, data).split(Split.TEST).collectAsList()) {
      encoded.add(row.getAs(DatasetFiles.IMAGE));
    }
    List<PixelImage> images =
        encoded.stream()
            .map(e -> ImagePreparation.prepare(e, model(3).network().imageSpec()))
            .toList();
    List<FloatVector> expected = scores(run.toString(), images);
    for (String form : List.of(output.toString(), output.resolve("model.zip").toString())) {
      List<FloatVector> found = scores(form, images);
      for (int i = 0; i < images.size(); i++) {
        assertThat(found.get(i).toArray())
            .usingComparatorWithPrecision(1e-4f)
            .containsExactly(expected.get(i).toArray());
      }
    }
    try (Classifier classifier = Classifier.load(output)) {
      List<Classification> answers = classifier.classify(encoded);
      for (int i = 0; i < images.size(); i++) {
        Classification answer = answers.get(i);
        assertThat(answer.top()).hasSize(5);
        int label = classes.label(answer.label());
        assertThat(answer.probability()).isCloseTo(expected.get(i).get(label), offset(1e-4f));
      }
    }
  }

  private static List<FloatVector> scores(String uri, List<PixelImage> images) {
    ShippedModel source = ModelFiles.scorerSource(storage, uri);
    assertThat(source.modelId()).isEqualTo(model(3).modelId());
    try (Scorer scorer = source.open(1)) {
      return scorer.score(images);
    }
  }

  private int export(ExportJob job, Path model, String... more) {
    List<String> args =
        new ArrayList<>(
            List.of("export", "--model", model.toString(), "--output", output.toString()));
    args.addAll(List.of(more));
    PrintStream err = new PrintStream(errors, true, StandardCharsets.UTF_8);
    PrintStream out = new PrintStream(new ByteArrayOutputStream(), true, StandardCharsets.UTF_8);
    return new Meanfield(List.of(job), out, err, console()).run(spark, args.toArray(new String[0]));
  }

  private static Console console() {
    return new Console(
        new PrintStream(new ByteArrayOutputStream(), true, StandardCharsets.UTF_8),
        Console.TerminalKind.PLAIN);
  }

  private JsonNode result() throws IOException {
    return new ObjectMapper().readTree(output.resolve("result.json").toFile());
  }

  private static void writeRun(Path run, TrainedModel model) throws IOException {
    Files.createDirectories(run.resolve("model"));
    for (Map.Entry<String, byte[]> file : model.toFiles().entrySet()) {
      Files.write(run.resolve("model").resolve(file.getKey()), file.getValue());
    }
    Files.writeString(
        run.resolve("run.json"),
        new ObjectMapper()
            .writeValueAsString(Map.of("dataset", Map.of("uri", data, "datasetId", "x"))));
  }

  private static TrainedModel model(long seed) {
    Normalization normalization = new Normalization(List.of(73f), List.of(90f));
    Network network =
        Architectures.build(
            "lenet",
            new ImageSpec(28, 28, 1, ResizePolicy.STRETCH, normalization),
            classes,
            TrainingRecipe.plain(0.1, seed));
    return new TrainedModel(
        network, Engines.named("nd4j").initialState(network), "run-" + seed, "data-1");
  }

  private static TrainedModel withOneWrongWeight(TrainedModel model) {
    float[] parameters = model.state().parameters().toArray();
    parameters[parameters.length - 1] += 0.5f;
    ModelState state = new ModelState(FloatVector.wrap(parameters), model.state().updaterState());
    return new TrainedModel(model.network(), state, model.runId(), model.datasetId());
  }
}
