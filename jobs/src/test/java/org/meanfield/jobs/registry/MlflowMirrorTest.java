package org.meanfield.jobs.registry;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.meanfield.jobs.cli.Console;
import org.meanfield.jobs.cli.Meanfield;
import org.meanfield.jobs.tracking.MlflowStub;

/** What an MLflow server shows of a registry, whenever it was away. */
class MlflowMirrorTest {
  private static final String WARNING = "warning: MLflow at";
  private static final String CHAMPION = "champion";
  private static final String STAGING = "staging";

  @TempDir Path folder;
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private MlflowStub mlflow;

  @BeforeEach
  void start() throws IOException {
    mlflow = new MlflowStub();
    for (int seed : List.of(1, 2, 3)) {
      Registration tiny = new TinyRuns(folder).run(seed, 10 * seed);
      assertThat(call("add", "--run", tiny.run(), "--export", tiny.export().orElseThrow()))
          .isZero();
    }
  }

  @AfterEach
  void stop() {
    mlflow.close();
  }

  @Test
  void championAndAliasesFollowEveryCommand() {
    assertThat(told("promote", "--version", "1")).isZero();
    assertThat(mlflow.aliases).containsEntry(CHAMPION, "1");
    assertThat(mlflow.run().at("/info/status").asText()).isEqualTo("FINISHED");
    assertThat(MlflowStub.tags(mlflow.run()))
        .containsEntry("meanfield.run-id", "run-1")
        .containsEntry("meanfield.registry-version", "1")
        .containsEntry("meanfield.decision", "promote")
        .containsEntry("meanfield.promoted", "true");
    assertThat(mlflow.run().at("/data/params").toString()).contains("train.seed");
    assertThat(mlflow.artefacts)
        .containsKeys(
            "1/run0/artifacts/model-1/MLmodel",
            "1/run0/artifacts/evaluation/evaluation.json",
            "1/run0/artifacts/evaluation/report.html")
        .containsEntry("1/run0/artifacts/model-1/model.onnx", "onnx of 1".getBytes(UTF_8));

    assertThat(told("promote", "--version", "2")).isEqualTo(21);
    assertThat(mlflow.versions).as("a refused one is a run and no version").hasSize(1);
    assertThat(mlflow.aliases).containsEntry(CHAMPION, "1");
    assertThat(told("alias", "--name", STAGING, "--version", "2")).isZero();
    assertThat(mlflow.aliases).containsEntry(STAGING, "2");
    assertThat(mlflow.versionTags(2)).containsEntry("meanfield.promoted", "false");
    assertThat(told("promote", "--version", "2", "--override", "for the test")).isZero();
    assertThat(mlflow.aliases).containsEntry(CHAMPION, "2");
    assertThat(mlflow.versionTags(2)).containsEntry("meanfield.promoted", "true");
    assertThat(mlflow.versions).hasSize(2);

    assertThat(told("rollback")).isZero();
    assertThat(mlflow.aliases).containsEntry(CHAMPION, "1");
    assertThat(told("alias", "--name", STAGING, "--version", "none")).isZero();
    assertThat(mlflow.aliases).containsOnlyKeys(CHAMPION);
    assertThat(told("alias", "--name", "v2.1", "--version", "2")).isZero();
    assertThat(printed()).contains("MLflow allows no alias of the name v2.1");
    assertThat(mlflow.steps("test_accuracy")).as("once for each").hasSize(2);
    assertThat(printed()).doesNotContain(WARNING);
  }

  @Test
  void whatItMissedItIsToldByTheNextCommandAndOnce() throws IOException {
    mlflow.failNext(Integer.MAX_VALUE);
    assertThat(told("promote", "--version", "1")).as(printed()).isZero();
    assertThat(printed()).containsOnlyOnce(WARNING).contains("statusCode=500");
    assertThat(told("promote", "--version", "3")).isEqualTo(21);
    assertThat(told("alias", "--name", STAGING, "--version", "3")).isZero();
    assertThat(call("alias", "--name", "gone", "--version", "3")).isZero();
    assertThat(call("alias", "--name", "gone", "--version", "none")).isZero();
    assertThat(told("promote", "--version", "2", "--override", "for the test")).isZero();
    assertThat(mlflow.runs).isEmpty();

    mlflow.failNext(0);
    assertThat(told("promote", "--version", CHAMPION)).as("nothing to do").isZero();
    everythingIsThereOnce();

    int requests = mlflow.authorizations.size();
    assertThat(told("promote", "--version", CHAMPION)).isZero();
    assertThat(mlflow.authorizations).as("it knows all").hasSize(requests);

    // As where a process was killed before it noted what it had told.
    try (Stream<Path> notes = Files.list(folder.resolve("registry/mlflow"))) {
      Path note = notes.findFirst().orElseThrow();
      Files.writeString(note, "{");
      assertThat(told("promote", "--version", CHAMPION)).isZero();
      assertThat(printed()).contains("MLflow is told everything again", note.toString());
    }
    everythingIsThereOnce();
    assertThat(call("verify")).isZero();
  }

  /** Both look before either makes anything, at each of the four things that there are to make. */
  @Test
  void twoThatTellAtOnceMakeOneOfEverything() throws Exception {
    assertThat(call("promote", "--version", "1")).isZero();
    mlflow.pair(
        "experiments/get-by-name", "runs/search", "registered-models/get", "model-versions/search");
    ExecutorService tellers = Executors.newFixedThreadPool(2);
    try {
      List<Future<String>> both = tellers.invokeAll(List.of(this::tellAlone, this::tellAlone));
      String printed = both.get(0).get() + both.get(1).get();
      assertThat(printed).doesNotContain(WARNING).contains("as its version 1");
    } finally {
      tellers.shutdown();
    }
    for (String made : List.of("runs", "model-versions")) {
      assertThat(Collections.frequency(mlflow.asked, made + "/create")).as(made).isEqualTo(2);
      assertThat(Collections.frequency(mlflow.asked, made + "/delete")).as(made).isEqualTo(1);
    }
    assertThat(mlflow.run().at("/info/status").asText()).isEqualTo("FINISHED");
    assertThat(mlflow.versions).hasSize(1);
    assertThat(mlflow.versions.get(0).path("run_id")).isEqualTo(mlflow.run().at("/info/run_id"));
    assertThat(mlflow.aliases).containsEntry(CHAMPION, "1");
    assertThat(told("alias", "--name", STAGING, "--version", "1")).isZero();
    assertThat(mlflow.versions).hasSize(1);
  }

  private String tellAlone() {
    ByteArrayOutputStream own = new ByteArrayOutputStream();
    String uri = "mlflow.tracking-uri=" + mlflow.uri();
    int code = call(own, "promote", List.of("--version", CHAMPION, "--set", uri));
    assertThat(code).as(own.toString(UTF_8)).isZero();
    return own.toString(UTF_8);
  }

  private void everythingIsThereOnce() {
    assertThat(printed()).doesNotContain(WARNING);
    assertThat(mlflow.runs).hasSize(3);
    assertThat(mlflow.versions).hasSize(3);
    assertThat(mlflow.steps("test_accuracy")).hasSize(3);
    assertThat(mlflow.aliases).containsOnlyKeys(CHAMPION, STAGING);
    assertThat(MlflowStub.tags(mlflow.runs.get("run1"))).containsEntry("meanfield.run-id", "run-2");
    assertThat(runNamed(CHAMPION)).isEqualTo("run1");
    assertThat(runNamed(STAGING)).isEqualTo("run2");
  }

  private String runNamed(String alias) {
    int number = Integer.parseInt(mlflow.aliases.get(alias));
    return mlflow.versions.get(number - 1).path("run_id").asText();
  }

  @Test
  void aServerThatHangsOrBreaksOffFailsNoCommand() {
    mlflow.hang();
    assertThat(told("promote", "--version", "1", "--set", "mlflow.timeout-seconds=0.3")).isZero();
    assertThat(printed()).containsOnlyOnce(WARNING).contains("no answer within 0.3 s");
    mlflow.answer();
    for (int answered = 1; mlflow.aliases.isEmpty(); answered += 3) {
      assertThat(answered).as("requests for one version").isLessThan(30);
      mlflow.failAfter(answered);
      assertThat(told("promote", "--version", "1")).as(printed()).isZero();
    }
    assertThat(mlflow.runs).hasSize(1);
    assertThat(mlflow.versions).hasSize(1);
    assertThat(mlflow.aliases).containsEntry(CHAMPION, "1");
  }

  private int told(String verb, String... options) {
    List<String> all = new ArrayList<>(List.of(options));
    all.addAll(List.of("--set", "mlflow.tracking-uri=" + mlflow.uri()));
    return call(verb, all.toArray(new String[0]));
  }

  private int call(String verb, String... options) {
    out.reset();
    return call(out, verb, List.of(options));
  }

  private int call(ByteArrayOutputStream printed, String verb, List<String> options) {
    List<String> args = new ArrayList<>(List.of("registry", verb));
    args.addAll(List.of("--registry", folder.resolve("registry").toString()));
    args.addAll(options);
    PrintStream stream = new PrintStream(printed, true, UTF_8);
    Console console = new Console(stream, Console.TerminalKind.PLAIN);
    return new Meanfield(RegistryCommands.all(), stream, stream, console)
        .run(args.toArray(new String[0]));
  }

  private String printed() {
    return out.toString(UTF_8);
  }
}
