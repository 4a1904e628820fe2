package org.meanfield.jobs.evaluate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.typesafe.config.ConfigFactory;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.meanfield.config.Settings;
import org.meanfield.data.ClassIndex;
import org.meanfield.data.Split;
import org.meanfield.engine.Scorer;
import org.meanfield.error.ConflictException;
import org.meanfield.error.DataException;
import org.meanfield.error.LockHeldException;
import org.meanfield.error.SettingsException;
import org.meanfield.evaluate.EvaluationReport;
import org.meanfield.evaluate.EvaluationSubject;
import org.meanfield.evaluate.Evaluator;
import org.meanfield.image.ImagePreparation;
import org.meanfield.jobs.cli.Console;
import org.meanfield.jobs.cli.JobContext;
import org.meanfield.jobs.cli.JobResult;
import org.meanfield.jobs.ingest.TinyDatasets;
import org.meanfield.jobs.storage.DatasetFiles;
import org.meanfield.jobs.storage.FolderLock;
import org.meanfield.jobs.storage.Storage;
import org.meanfield.jobs.testing.LinearClassifier;
import org.meanfield.jobs.testing.LocalSpark;
import org.meanfield.registry.Predictions;

class EvaluateJobTest {
  private static SparkSession spark;
  private static Storage storage;
  @TempDir private static Path folder;
  private static String data;
  private static LinearClassifier model;
  private final ByteArrayOutputStream console = new ByteArrayOutputStream();

  @BeforeAll
  static void start() {
    spark = LocalSpark.session();
    storage = new Storage(spark.sparkContext().hadoopConfiguration());
    data = TinyDatasets.create(spark, folder.resolve("set"));
    model =
        new LinearClassifier(
            12, DatasetFiles.open(spark, storage, data).manifest().classes().names(), 5);
  }

  @Test
  void theJobAgreesWithScoringOneByOne() throws IOException {
    JobResult result = run(model, Map.of("evaluate.split", "train", "evaluate.batch-size", 5));
    assertThat(result.status()).isEqualTo(JobResult.Status.DONE);
    Path output = folder.resolve("run/evaluation-train");
    EvaluationReport report = read(output);
    EvaluationReport expected = oneByOne(Split.TRAIN);
    assertThat(report.examples()).isEqualTo(36);
    assertThat(report.confusion()).isEqualTo(expected.confusion());
    assertThat(report.accuracy()).isEqualTo(expected.accuracy());
    assertThat(report.logLoss())
        .isCloseTo(expected.logLoss(), org.assertj.core.data.Offset.offset(1e-6));
    assertThat(report.mistakes()).hasSameSizeAs(expected.mistakes());
    assertThat(result.figures())
        .containsEntry("accuracy", expected.accuracy())
        .containsEntry("examples", 36L);

    Predictions answers =
        Predictions.fromCsv("answers", Files.readString(output.resolve(Predictions.FILE)));
    assertThat(answers.byId()).hasSize(36);
    assertThat(answers.right()).isEqualTo(Math.round(36 * expected.accuracy()));
    int[][] counted = new int[expected.perClass().size()][expected.perClass().size()];
    answers.byId().values().forEach(answer -> counted[answer.label()][answer.predicted()]++);
    for (int label = 0; label < counted.length; label++) {
      assertThat(expected.confusion().get(label))
          .isEqualTo(Arrays.stream(counted[label]).asLongStream().boxed().toList());
    }

    String page = Files.readString(output.resolve("report.html"));
    assertThat(page).contains("data:image/png;base64,").doesNotContain("no picture");
    assertThat(console.toString(StandardCharsets.UTF_8))
        .contains("accuracy", "95 % interval", "weakest", "report.html");
  }

  @Test
  void aFinishedEvaluationIsNotRepeatedAndNotReplaced() throws IOException {
    String output = folder.resolve("again").toString();
    run(model, Map.of("evaluate.output", output));
    byte[] first = Files.readAllBytes(Path.of(output, EvaluationReport.FILE));
    JobResult again = run(model, Map.of("evaluate.output", output));
    assertThat(again.status()).isEqualTo(JobResult.Status.NOTHING_TO_DO);
    assertThat(again.figures()).containsKey("accuracy");
    assertThatThrownBy(
            () -> run(model, Map.of("evaluate.output", output, "evaluate.split", "validation")))
        .isInstanceOf(ConflictException.class)
        .hasMessageContaining("another evaluation");
    assertThat(Files.readAllBytes(Path.of(output, EvaluationReport.FILE))).isEqualTo(first);
  }

  @Test
  void ofTwoAtOnceOneWrites() {
    Path output = folder.resolve("one");
    Map<String, Object> settings = Map.of("evaluate.output", output.toString());
    try (FolderLock other = FolderLock.ofOutput(storage, output.toUri().toString(), "evaluate")) {
      other.requireHeld();
      assertThatThrownBy(() -> run(model, settings)).isInstanceOf(LockHeldException.class);
      assertThat(output.resolve("evaluation.json")).doesNotExist();
    }
    assertThat(run(model, settings).status()).isEqualTo(JobResult.Status.DONE);
  }

  @Test
  void filesOfOthersAreLeftAloneAndThoseOfAKilledEvaluationAreReplaced() throws IOException {
    Path output = Files.createDirectories(folder.resolve("mine"));
    Files.writeString(output.resolve("predictions.csv"), "precious");
    Map<String, Object> settings = Map.of("evaluate.output", output.toString());
    assertThatThrownBy(() -> run(model, settings))
        .isInstanceOf(ConflictException.class)
        .hasMessageContaining("holds predictions.csv, which 'evaluate' did not write");
    assertThat(output.resolve("predictions.csv")).hasContent("precious");
    Files.writeString(output.resolve(".evaluate-claim"), "");
    assertThat(run(model, settings).status()).isEqualTo(JobResult.Status.DONE);
    assertThat(output.resolve(".evaluate-claim")).doesNotExist();
  }

  @Test
  void otherClassesAreRefusedNamingBoth() {
    LinearClassifier other = new LinearClassifier(12, List.of("left", "right"), 5);
    assertThatThrownBy(
            () -> run(other, Map.of("evaluate.output", folder.resolve("none").toString())))
        .isInstanceOf(DataException.class)
        .hasMessageContaining(folder.resolve("run").toString())
        .hasMessageContaining(data)
        .hasMessageContaining("[left, right]")
        .hasMessageContaining(model.classes().toString());
    assertThat(folder.resolve("none")).doesNotExist();
  }

  @Test
  void theOutputMayBeLeftOutForAFolderOnly() {
    EvaluateJob job = new EvaluateJob((store, uri) -> model);
    assertThat(job.outputFolder(settings(Map.of())))
        .isEqualTo(folder.resolve("run") + "/evaluation");
    assertThatThrownBy(
            () -> job.outputFolder(settings(Map.of("evaluate.model", "somewhere/model.zip"))))
        .isInstanceOf(SettingsException.class)
        .hasMessageContaining("--output is required");
  }

  @Test
  void theRunsJournalIsDrawn() throws IOException {
    Path run = Files.createDirectories(folder.resolve("journalled"));
    Files.writeString(
        run.resolve("journal.jsonl"),
        """
        {"kind":"round","round":0,"epoch":0,"loss":2.5,"learningRate":0.1,"imagesPerSecond":100.0,\
        "seconds":1.0,"shares":{"compute":0.5,"data":0.2,"exchange":0.2,"scheduling":0.1}}
        {"kind":"validation","round":0,"epoch":0,"accuracy":0.25}
        """);
    run(model, Map.of("evaluate.model", run.toString()));
    assertThat(Files.readString(run.resolve("evaluation/report.html")))
        .contains("Learning curves", "Validation accuracy");
  }

  private EvaluationReport oneByOne(Split split) {
    Evaluator evaluator = new Evaluator(model.classes().size());
    try (Scorer scorer = model.open(1)) {
      for (Row row : DatasetFiles.open(spark, storage, data).split(split).collectAsList()) {
        var image =
            ImagePreparation.prepare(row.<byte[]>getAs(DatasetFiles.IMAGE), scorer.imageSpec());
        evaluator.add(
            row.getAs(DatasetFiles.ID),
            row.<Integer>getAs(DatasetFiles.LABEL),
            scorer.score(List.of(image)).get(0));
      }
    }
    return evaluator.report(
        new EvaluationSubject("m", "d", split, new ClassIndex(model.classes())));
  }

  private static EvaluationReport read(Path output) throws IOException {
    Path file = output.resolve(EvaluationReport.FILE);
    return EvaluationReport.fromJson(file.toString(), Files.readString(file));
  }

  private JobResult run(LinearClassifier scored, Map<String, Object> more) {
    Console lines =
        new Console(
            new PrintStream(console, true, StandardCharsets.UTF_8), Console.TerminalKind.PLAIN);
    return new EvaluateJob((store, uri) -> scored)
        .run(new JobContext(spark, storage, settings(more), lines));
  }

  private static Settings settings(Map<String, Object> more) {
    return Settings.resolve(
        EvaluateSettings.declared(),
        ConfigFactory.parseMap(more)
            .withFallback(
                ConfigFactory.parseMap(
                    Map.of(
                        "evaluate.model",
                        folder.resolve("run").toString(),
                        "evaluate.data",
                        data))));
  }
}
