package org.meanfield.jobs.registry;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.meanfield.jobs.cli.Console;
import org.meanfield.jobs.cli.Meanfield;
import org.meanfield.jobs.storage.Storage;

/** What a person and a scheduler see; no command here starts Spark. */
class RegistryCommandsTest {
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();

  @TempDir Path folder;

  @Test
  void aRegistryFromTheFirstVersionToTheRollback() throws IOException {
    add(1, 10);
    assertThat(run("promote", "--version", "latest", "--reason", "first")).isZero();
    assertThat(printed()).contains("not-applicable", "there is no champion yet");
    assertThat(run("promote", "--version", "1")).isZero();
    assertThat(result().get("status").asText()).isEqualTo("nothing-to-do");

    add(2, 20);
    assertThat(run("promote", "--version", "2")).isEqualTo(21);
    assertThat(printed()).contains("keep-champion", "failed         non-inferiority");
    assertThat(result().get("status").asText()).isEqualTo("refused");
    assertThat(result().get("exitCode").asInt()).isEqualTo(21);
    assertThat(result().at("/findings/5/criterion").asText()).isEqualTo("non-inferiority");
    assertThat(run("promote", "--version", "2", "--override", "the demo needs it")).isZero();

    assertThat(run("show", "--version", "champion")).isZero();
    assertThat(printed())
        .contains(
            "\"number\" : 2",
            "refuse  champion stays 1, refused 2",
            "the gate was overruled: the demo needs it");
    assertThat(run("alias", "--name", "staging", "--version", "1")).isZero();
    assertThat(run("list")).isZero();
    assertThat(printed()).containsPattern("1 .*90\\.00 %  staging").contains("80.00 %  champion");
    assertThat(run("rollback", "--reason", "it was no good", "--by", "night watch")).isZero();
    assertThat(result().get("version").asInt()).isEqualTo(1);
    assertThat(run("rollback", "--to", "1")).isZero();
    assertThat(result().get("status").asText()).isEqualTo("nothing-to-do");
    JsonNode champion = read(folder.resolve("registry/champion.json"));
    assertThat(champion.get("folder").asText()).isEqualTo("versions/1");
    assertThat(champion.get("by").asText()).isEqualTo("night watch");
    assertThat(champion.at("/aliases/staging").asInt()).isEqualTo(1);
    assertThat(Files.readAllLines(folder.resolve("registry/history.jsonl"))).hasSize(5);
    assertThat(run("verify")).isZero();
    assertThat(run("gc", "--keep", "0")).isZero();
    assertThat(printed()).contains("deleted versions [2]");
  }

  @Test
  void servingFoldersFollowEveryChangeOfTheChampion() throws IOException {
    Path serving = folder.resolve("serving");
    add(1, 10);
    add(2, 20);
    registry().serveIn(serving.toString());
    assertThat(run("promote", "--version", "1")).isZero();
    assertThat(read(serving.resolve("current.json")).get("version").asInt()).isEqualTo(1);
    assertThat(serving.resolve("1/bundle.json")).exists();
    assertThat(run("promote", "--version", "2")).isEqualTo(21);
    assertThat(read(serving.resolve("current.json")).get("version").asInt()).isEqualTo(1);
    assertThat(run("promote", "--version", "2", "--override", "for the test")).isZero();
    JsonNode current = read(serving.resolve("current.json"));
    assertThat(current.get("version").asInt()).isEqualTo(2);
    assertThat(current.get("modelId").asText())
        .isEqualTo(read(folder.resolve("registry/champion.json")).get("modelId").asText());

    new Storage(new Configuration()).delete(serving.resolve("1").toString()); // for the room
    assertThat(run("rollback")).isZero();
    assertThat(read(serving.resolve("current.json")).get("version").asInt()).isEqualTo(1);
    assertThat(serving.resolve("1/bundle.json")).exists();
    assertThat(result().at("/served/0").asText()).isEqualTo(serving + "/1");

    Files.delete(serving.resolve("current.json"));
    Files.delete(serving.resolve("1/model.zip")); // as where a rename copies and is killed
    assertThat(run("promote", "--version", "champion")).isZero();
    assertThat(serving.resolve("1/model.zip")).exists();
    assertThat(read(serving.resolve("current.json")).get("version").asInt()).isEqualTo(1);
    Files.writeString(serving.resolve("1/bundle.json"), "{}");
    assertThat(run("promote", "--version", "champion")).as("another's folder").isEqualTo(6);
    assertThat(complained()).contains("belongs to another registry");
    assertThat(run("verify")).isZero();
  }

  private ModelRegistry registry() {
    Storage storage = new Storage(new Configuration());
    return new ModelRegistry(
        storage, folder.resolve("registry").toString(), "test", Clock.systemUTC());
  }

  @Test
  void exitCodesSayWhatToDo() throws IOException {
    assertThat(run("promote", "--version", "1")).as("no such version").isEqualTo(6);
    assertThat(run("promote", "--version", "nightly")).as("no such alias").isEqualTo(6);
    assertThat(run("rollback")).as("nothing before").isEqualTo(6);
    assertThat(run("alias", "--name", "Champion", "--version", "1")).isEqualTo(6);
    add(1, 10);
    assertThat(run("alias", "--name", "latest", "--version", "1")).as("no name").isEqualTo(2);
    assertThat(run("promote", "--version", "1", "--set", "promotion.class-floors=cat"))
        .isEqualTo(2);
    assertThat(run("promote", "--version", "1", "--set", "promotion.minimum-accuracy=0.95"))
        .isEqualTo(21);
    assertThat(printed()).contains("refuse", "0.9000  at least 0.9500");
    assertThat(run("promote", "--version", "1", "--expected-champion", "7")).isEqualTo(6);
    assertThat(result().get("exitCode").asInt()).as("not an older command's").isEqualTo(6);
    assertThat(run("add", "--run", folder.resolve("nowhere").toString())).isEqualTo(3);
    Path labels = folder.resolve("registry/versions/1/export/labels.txt");
    Files.writeString(labels, "cat\ndog\n");
    assertThat(run("verify")).isEqualTo(5);
    assertThat(complained()).contains("versions/1/export/labels.txt was altered");
    assertThat(run("promote", "--version", "1")).isEqualTo(5);
  }

  @Test
  void theGateAsksWhatServingCostsAndHowSureTheModelIs() throws IOException {
    Registration tiny = new TinyRuns(folder).run(1, 10);
    String export = tiny.export().orElseThrow();
    assertThat(run("add", "--run", tiny.run(), "--export", export, "--latency-milliseconds", "3"))
        .isZero();
    long bytes =
        Math.max(
            Files.size(Path.of(export, "model.zip")), Files.size(Path.of(export, "model.onnx")));
    // Right on 90 % at a confidence of 92 %.
    refusedFor("maximum-calibration-error", "0.019");
    refusedFor("maximum-export-bytes", "" + (bytes - 1));
    refusedFor("maximum-latency-milliseconds", "2.9");
    List<String> limits = new ArrayList<>(List.of("--version", "1"));
    limits.addAll(List.of("--set", "promotion.maximum-calibration-error=0.021"));
    limits.addAll(List.of("--set", "promotion.maximum-export-bytes=" + bytes));
    limits.addAll(List.of("--set", "promotion.maximum-latency-milliseconds=3"));
    assertThat(run("promote", limits.toArray(new String[0]))).as(printed()).isZero();
  }

  private void refusedFor(String criterion, String limit) {
    assertThat(run("promote", "--version", "1", "--set", "promotion." + criterion + "=" + limit))
        .as(printed())
        .isEqualTo(21);
    assertThat(printed().lines().filter(line -> line.contains("  failed  ")))
        .singleElement()
        .asString()
        .contains(criterion);
  }

  @Test
  void theGroupHasHelpAndNamesTheNearestCommand() {
    assertThat(call("registry", "--help")).isZero();
    assertThat(printed()).contains("promote", "rollback", "Versions of models");
    assertThat(call("registry", "promote", "--help")).isZero();
    assertThat(printed()).contains("--expected-champion", "--override");
    assertThat(call("registry")).isEqualTo(2);
    assertThat(complained()).contains("registry COMMAND");
    assertThat(call("registry", "lsit")).isEqualTo(2);
    assertThat(complained()).contains("'lsit' is not a command; did you mean 'list'?");
    String mistyped = folder.resolve("regsitry").toString();
    for (String verb : List.of("list", "verify", "gc")) {
      assertThat(call("registry", verb, "--registry", mistyped)).isEqualTo(6);
    }
    assertThat(call("registry", "list", "--regisrty", "x")).isEqualTo(2);
    assertThat(complained()).contains("did you mean '--registry'?");
  }

  private void add(long seed, int wrongOfHundred) {
    Registration tiny = new TinyRuns(folder).run(seed, wrongOfHundred);
    assertThat(run("add", "--run", tiny.run(), "--export", tiny.export().orElseThrow())).isZero();
  }

  private int run(String verb, String... options) {
    List<String> args = new ArrayList<>(List.of("registry", verb));
    args.addAll(List.of("--registry", folder.resolve("registry").toString()));
    args.addAll(List.of("--output", folder.resolve("output").toString()));
    args.addAll(List.of(options));
    return call(args.toArray(new String[0]));
  }

  private int call(String... args) {
    out.reset();
    err.reset();
    PrintStream stream = new PrintStream(out, true, UTF_8);
    Console console = new Console(stream, Console.TerminalKind.PLAIN);
    return new Meanfield(RegistryCommands.all(), stream, new PrintStream(err, true, UTF_8), console)
        .run(args);
  }

  private JsonNode result() throws IOException {
    return read(folder.resolve("output/result.json"));
  }

  private static JsonNode read(Path file) throws IOException {
    return new ObjectMapper().readTree(file.toFile());
  }

  private String printed() {
    return out.toString(UTF_8);
  }

  private String complained() {
    return err.toString(UTF_8);
  }
}
