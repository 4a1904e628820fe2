package org.meanfield.jobs.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.apache.spark.sql.SparkSession;
import org.assertj.core.data.Percentage;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.meanfield.data.Split;
import org.meanfield.engine.ComputeDevice;
import org.meanfield.engine.torch.TorchEngine;
import org.meanfield.jobs.ingest.IngestRuns;
import org.meanfield.jobs.ingest.TinyDatasets;
import org.meanfield.jobs.storage.DatasetFiles;
import org.meanfield.jobs.storage.FolderLock;
import org.meanfield.jobs.storage.Storage;
import org.meanfield.jobs.testing.LocalSpark;
import org.meanfield.model.ModelStateCodec;
import org.meanfield.model.TrainedModel;

/** The command as a person runs it, on a tiny data set. */
class TrainJobTest {
  @TempDir static Path folder;
  private static SparkSession spark;
  private static String data;
  private final TrainRuns runs = new TrainRuns(data);

  @BeforeAll
  static void start() {
    spark = LocalSpark.session();
    data = TinyDatasets.create(spark, folder.resolve("data"));
  }

  @AfterAll
  static void stop() {
    spark.stop();
  }

  @Test
  void trainsOnceAndSaysSoTheSecondTime() throws IOException {
    Path run = folder.resolve("once");
    assertThat(runs.train(run)).isZero();
    JsonNode result = TrainRuns.json(run.resolve("result.json"));
    assertThat(result.get("status").asText()).isEqualTo("done");
    assertThat(result.get("rounds").asInt()).isEqualTo(4);
    assertThat(result.get("validationAccuracy").asDouble()).isBetween(0.0, 1.0);
    double shares = 0;
    for (String share : List.of("compute", "data", "exchange", "waiting", "scheduling")) {
      shares += result.get("shares").get(share).asDouble();
    }
    assertThat(shares).isBetween(0.999, 1.2);
    TrainedModel model =
        TrainedModel.fromFiles(run.toString(), name -> bytes(run.resolve("model").resolve(name)));
    assertThat(ModelStateCodec.sha256(model.state())).isEqualTo(result.get("stateSha256").asText());
    assertThat(runs.printed()).contains("LibTorch", "round 4/4", "limit ", "validation accuracy");
    for (JsonNode round : TrainRuns.rounds(run)) {
      double limit = round.get("shares").get(round.get("limit").asText()).asDouble();
      round.get("shares").forEach(share -> assertThat(share.asDouble()).isLessThanOrEqualTo(limit));
    }

    assertThat(runs.train(run)).isZero();
    JsonNode again = TrainRuns.json(run.resolve("result.json"));
    assertThat(again.get("status").asText()).isEqualTo("nothing-to-do");
    assertThat(again.get("stateSha256")).isEqualTo(result.get("stateSha256"));
  }

  @Test
  void aFolderOfSomethingElseIsLeftAlone() throws IOException {
    Path mine = Files.createDirectories(folder.resolve("mine/model")).getParent();
    assertThat(runs.train(mine)).isEqualTo(6);
    assertThat(runs.printed()).contains("is no run (it has no run.json) and holds model");
    assertThat(runs.train(data)).isEqualTo(6);
    assertThat(runs.printed()).contains("and holds dataset.json");
    assertThat(mine.resolve("model")).isEmptyDirectory();
    assertThat(mine.resolve("run.json")).doesNotExist();
  }

  @Test
  void whatNobodyCanTrainIsRefusedInALine() throws IOException {
    Path only = Files.createDirectories(folder.resolve("one-class/disc"));
    for (int i = 0; i < 4; i++) {
      Files.write(only.resolve(i + ".png"), IngestRuns.png("disc", i));
    }
    DatasetFiles one =
        IngestRuns.ingest(only.getParent(), folder.resolve("one-set"), "--splits", "1,0,0");
    TrainRuns ofOne = new TrainRuns(one.uri());
    assertThat(ofOne.train(folder.resolve("of-one"))).isEqualTo(3);
    assertThat(ofOne.printed()).contains("has one class, [disc]").doesNotContain("unexpected");
    assertThat(runs.train(folder.resolve("huge"), "--set", "image.size=99999x99999")).isEqualTo(2);
    assertThat(runs.printed()).contains("parameters for images of 99999x99999x3; at most");
    Path lacking = Files.createDirectories(folder.resolve("lacking"));
    Files.writeString(lacking.resolve("run.json"), "{}");
    assertThat(runs.train(lacking)).isEqualTo(5);
    assertThat(runs.printed()).contains("run.json cannot be read", "it lacks 'settings'");
    assertThat(runs.train(folder.resolve("of-folder"), "--set", "model.start-from=" + folder))
        .isEqualTo(2);
    assertThat(runs.printed()).contains("There is no file " + folder);
  }

  @Test
  void anUnfinishedRunGoesOnWithTheSameBits() throws IOException {
    Path whole = folder.resolve("whole");
    assertThat(runs.train(whole, "--set", "checkpoint.interval=1", "--set", "checkpoint.keep=9"))
        .isZero();
    Path resumed = folder.resolve("resumed");
    copy(whole, resumed);
    for (String lost :
        List.of(
            "model/training.json",
            "model/network.json",
            "model/state.bin",
            "result.json",
            "checkpoints/round-00000004/checkpoint.json",
            "checkpoints/round-00000003/state.bin")) {
      Files.delete(resumed.resolve(lost));
    }
    assertThat(runs.train(resumed, "--set", "checkpoint.interval=7")).isZero();
    assertThat(runs.printed()).contains("going on after round 2 of 4");
    assertThat(TrainRuns.json(resumed.resolve("result.json")).get("stateSha256"))
        .isEqualTo(TrainRuns.json(whole.resolve("result.json")).get("stateSha256"));
    assertThat(rounds(resumed)).isEqualTo(rounds(whole)).containsExactly(0, 1, 2, 3);
  }

  @Test
  void aRunBegunOnNd4jGoesOnWithTorchWhereThatIsAskedFor() throws IOException {
    String[] every = {
      "--set", "checkpoint.interval=1",
      "--set", "checkpoint.keep=9",
      "--set", "train.record-examples=true"
    };
    Path whole = folder.resolve("nd4j-alone");
    assertThat(runs.train(whole, with(every, "--engine", "nd4j"))).isZero();
    Path changed = folder.resolve("changed");
    copy(whole, changed);
    interrupt(changed, 2);
    assertThat(runs.train(changed, with(every, "--engine", "torch"))).isEqualTo(6);
    assertThat(runs.printed()).contains("a run on engine 'nd4j'", "add --change-engine");

    assertThat(runs.train(changed, with(every, "--engine", "torch", "--change-engine"))).isZero();
    assertThat(runs.printed())
        .contains("engine: torch from round 3 on", "going on after round 2 of 4");
    JsonNode run = TrainRuns.json(changed.resolve("run.json"));
    assertThat(run.get("engine").asText()).isEqualTo("torch");
    assertThat(run.get("engineChanges").get(0).get("round").asInt()).isEqualTo(2);
    assertThat(run.get("engineChanges").get(0).get("from").asText()).isEqualTo("nd4j");
    List<JsonNode> rounds = TrainRuns.rounds(changed);
    List<JsonNode> expected = TrainRuns.rounds(whole);
    assertThat(rounds.stream().map(line -> line.get("engine").asText()))
        .containsExactly("nd4j", "nd4j", "torch", "torch");
    for (int round = 0; round < 4; round++) {
      assertThat(rounds.get(round).get("exampleIds"))
          .isEqualTo(expected.get(round).get("exampleIds"));
      assertThat(rounds.get(round).get("loss").asDouble())
          .isCloseTo(expected.get(round).get("loss").asDouble(), Percentage.withPercentage(0.01));
    }

    interrupt(changed, 2); // back to a checkpoint that nd4j has left
    assertThat(runs.train(changed, with(every, "--engine", "torch"))).isZero();
    assertThat(rounds(changed)).containsExactly(0, 1, 2, 3);
    assertThat(TrainRuns.json(changed.resolve("run.json")).get("engineChanges")).hasSize(1);
  }

  /** As if it had been killed after some rounds. */
  private static void interrupt(Path run, int rounds) throws IOException {
    for (String file : List.of("model/training.json", "result.json")) {
      Files.delete(run.resolve(file));
    }
    for (int round = rounds + 1; round <= 4; round++) {
      Files.delete(run.resolve("checkpoints/round-0000000" + round + "/checkpoint.json"));
    }
  }

  private static String[] with(String[] options, String... more) {
    return Stream.concat(Arrays.stream(options), Arrays.stream(more)).toArray(String[]::new);
  }

  @Test
  void whereAnotherProcessTrainsNothingIsTouched() {
    Path run = folder.resolve("held");
    Storage storage = new Storage(spark.sparkContext().hadoopConfiguration());
    String output = storage.qualify(run.toString());
    try (FolderLock other = FolderLock.ofOutput(storage, output, "another train")) {
      other.requireHeld();
      assertThat(runs.train(run, "--epochs", "1")).isEqualTo(75);
      assertThat(runs.printed()).contains("is held by another train");
      assertThat(run.resolve("run.json")).doesNotExist();
    }
    assertThat(runs.train(run, "--epochs", "1")).isZero();
  }

  @Test
  void otherSettingsOnTheSameRunAreRefusedByName() throws IOException {
    Path run = folder.resolve("other");
    assertThat(runs.train(run)).isZero();
    assertThat(runs.train(run, "--set", "optimizer.learning-rate=0.5", "--epochs", "3"))
        .isEqualTo(6);
    assertThat(runs.printed())
        .contains("train.epochs: was 2, now 3", "optimizer.learning-rate: was");
    assertThat(TrainRuns.json(run.resolve("result.json")).get("status").asText()).isEqualTo("done");
  }

  @Test
  void theJournalShowsEachImageOnceAnEpoch() throws IOException {
    Path run = folder.resolve("journal");
    assertThat(runs.train(run, "--set", "train.record-examples=true", "--epochs", "1")).isZero();
    List<String> seen = new ArrayList<>();
    for (JsonNode round : TrainRuns.rounds(run)) {
      round
          .path("exampleIds")
          .elements()
          .forEachRemaining(
              worker -> worker.elements().forEachRemaining(id -> seen.add(id.asText())));
    }
    Storage storage = new Storage(spark.sparkContext().hadoopConfiguration());
    List<String> all =
        DatasetFiles.open(spark, storage, data)
            .split(Split.TRAIN)
            .select("id")
            .collectAsList()
            .stream()
            .map(row -> row.getString(0))
            .toList();
    assertThat(seen).containsExactlyInAnyOrderElementsOf(all);
  }

  @Test
  void aDivergedRunStopsWithExitFourAndKeepsItsCheckpoints() throws IOException {
    Path run = folder.resolve("diverged");
    assertThat(
            runs.train(
                run, "--set", "optimizer.learning-rate=1e36", "--set", "checkpoint.interval=1"))
        .isEqualTo(4);
    assertThat(runs.printed()).contains("Worker", "diverged in round");
    assertThat(TrainRuns.json(run.resolve("result.json")).get("exitCode").asInt()).isEqualTo(4);
  }

  @Test
  void randomPartsAreCutFromTheEncodedImages() {
    Path run = folder.resolve("parts");
    String parts = "augmentation.crop=resized";
    assertThat(runs.train(run, "--epochs", "1", "--set", parts)).isZero();
    assertThat(runs.printed()).contains("local stores, encoded");
    assertThat(runs.train(folder.resolve("pixels"), "--set", parts, "--set", "train.store=decoded"))
        .isEqualTo(2);
    assertThat(runs.printed()).contains("set train.store to auto");
  }

  @Test
  void moreWorkersThanImagesAreRefused() {
    assertThat(runs.train(folder.resolve("few"), "--workers", "37")).isEqualTo(3);
    assertThat(runs.printed()).contains("36 training images", "train.workers");
  }

  @Test
  void theEngineIsChosenOnceAndPinned() throws IOException {
    Path auto = folder.resolve("auto");
    assertThat(runs.train(auto)).isZero();
    assertThat(TrainRuns.json(auto.resolve("run.json")).get("engine").asText()).isEqualTo("torch");
    Path nd4j = folder.resolve("nd4j");
    assertThat(runs.train(nd4j, "--engine", "nd4j")).isZero();
    assertThat(TrainRuns.json(nd4j.resolve("run.json")).get("engine").asText()).isEqualTo("nd4j");
    assertThat(runs.train(folder.resolve("other"), "--engine", "other")).isEqualTo(2);
    Path bf16 = folder.resolve("bf16");
    assertThat(runs.train(bf16, "--set", "train.precision=bf16")).isZero();
    assertThat(TrainRuns.json(bf16.resolve("run.json")).get("engine").asText())
        .isEqualTo("torch-bf16");
    assertThat(
            runs.train(
                folder.resolve("no-bf16"), "--engine", "nd4j", "--set", "train.precision=bf16"))
        .isEqualTo(2);
  }

  @Test
  void autoPrecisionTakesBf16WhereEveryExecutorHasItAndSaysSo() throws IOException {
    boolean native16 = TorchEngine.computesBf16(ComputeDevice.CPU);
    Path run = folder.resolve("any");
    assertThat(runs.train(run, "--set", "train.precision=auto")).isZero();
    assertThat(TrainRuns.json(run.resolve("run.json")).get("engine").asText())
        .isEqualTo(native16 ? "torch-bf16" : "torch");
    assertThat(runs.printed())
        .contains(native16 ? "precision: bf16, which every" : "precision: fp32, because");
  }

  @Test
  void whatAutoChoosesIsToldAndChangesNoBit() throws IOException {
    Path resident = folder.resolve("resident");
    assertThat(runs.train(resident, "--epochs", "1")).isZero();
    assertThat(runs.printed())
        .contains("rounds: resident, merged by the executors", "local stores, decoded");
    spark.sparkContext().conf().set("spark.speculation", "true"); // its scheduler began without
    try {
      Path jobs = folder.resolve("jobs");
      assertThat(runs.train(jobs, "--epochs", "1", "--set", "train.store-memory-mib=0")).isZero();
      assertThat(runs.printed())
          .contains("rounds: a Spark job each, because spark.speculation runs tasks twice")
          .contains("local stores, encoded");
      assertThat(TrainRuns.digest(jobs)).isEqualTo(TrainRuns.digest(resident));
      assertThat(runs.train(folder.resolve("no"), "--set", "train.runner=resident")).isEqualTo(2);
      assertThat(runs.printed()).contains("train.runner=resident is not possible");
    } finally {
      spark.sparkContext().conf().remove("spark.speculation");
    }
  }

  @Test
  void aGpuThatIsNotThereIsRefusedAndTheReasonTold() {
    assumeThat(TorchEngine.whyNoGpu()).isPresent();
    for (String runner : List.of("job", "resident")) {
      runs.forget();
      Path run = folder.resolve("gpu-" + runner);
      assertThat(runs.train(run, "--set", "train.device=cuda", "--set", "train.runner=" + runner))
          .isEqualTo(2);
      assertThat(runs.printed())
          .contains("On local tasks: Engine torch cannot compute on cuda:0")
          .contains(TorchEngine.whyNoGpu().orElseThrow(), "train.device=cpu");
      assertThat(runs.train(run, "--set", "train.runner=" + runner)).isZero(); // the device is free
    }
  }

  @Test
  void otherKernelsThanBeforeAreToldAndRefusedWhereThatIsAskedFor() throws IOException {
    Path run = folder.resolve("kernels");
    assertThat(runs.train(run, "--set", "train.require-equal-kernels=true")).isZero();
    assertThat(TrainRuns.json(run.resolve("result.json")).get("kernels").asText())
        .isEqualTo("equal");
    JsonNode kernels = TrainRuns.json(run.resolve("run.json")).get("kernels");
    assertThat(kernels).hasSize(1);
    assertThat(kernels.get(0).get("places").get(0).asText()).isEqualTo("local tasks");

    // As if another machine had begun it.
    Files.delete(run.resolve("model/training.json"));
    String digest = kernels.get(0).get("kernels").get("digest").asText();
    String text = Files.readString(run.resolve("run.json"));
    Files.writeString(run.resolve("run.json"), text.replace(digest, "0".repeat(32)));
    assertThat(runs.train(run, "--set", "train.require-equal-kernels=true")).isEqualTo(2);
    assertThat(runs.printed()).contains("not all that trains", digest);
    assertThat(runs.train(run)).isZero();
    assertThat(runs.printed()).contains("WARNING", "did not round alike");
    assertThat(TrainRuns.json(run.resolve("result.json")).get("kernels").asText())
        .isEqualTo("differ");
    assertThat(TrainRuns.json(run.resolve("run.json")).get("kernels")).hasSize(2);
  }

  private static List<Integer> rounds(Path run) throws IOException {
    return TrainRuns.rounds(run).stream().map(line -> line.get("round").asInt()).toList();
  }

  private static void copy(Path from, Path to) throws IOException {
    try (Stream<Path> tree = Files.walk(from)) {
      for (Path path : tree.toList()) {
        Files.copy(path, to.resolve(from.relativize(path).toString()));
      }
    }
  }

  private static byte[] bytes(Path file) {
    try {
      return Files.readAllBytes(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
