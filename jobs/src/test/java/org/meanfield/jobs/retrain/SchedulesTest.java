package org.meanfield.jobs.retrain;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.apache.spark.package$;
import org.junit.jupiter.api.Test;
import org.meanfield.jobs.cli.BuildInfo;
import org.meanfield.jobs.cli.Console;
import org.meanfield.jobs.cli.Job;
import org.meanfield.jobs.cli.Meanfield;

/** The schedules in conf call the command that there really is. */
class SchedulesTest {
  private static final Path SCHEDULES = Path.of("..", "conf", "schedules");
  private static final Path KUBERNETES = SCHEDULES.resolve("kubernetes");

  /** Options right behind the command, and those that stand alone in lists of arguments. */
  private static final Pattern CALLED =
      Pattern.compile("(?<![-\\w])retrain((?: +(?:--[a-z-]+|[^-\\s]\\S*))+)");

  private static final Pattern LISTED = Pattern.compile("^\\s*(?:- |\")(--[a-z-]+)\"?,?$");
  private static final Pattern OPTION = Pattern.compile("--[a-z-]+");

  @Test
  void everyOptionIsOneOfTheCommands() throws IOException {
    Set<String> known = new HashSet<>(Set.of("--conf", "--set", "--master", "--spark-conf"));
    new RetrainJob().options().stream().map(Job.Option::name).forEach(known::add);
    List<String> used = new ArrayList<>();
    for (Path file : files()) {
      for (String line : Files.readAllLines(file)) {
        Matcher called = CALLED.matcher(line);
        Matcher listed = LISTED.matcher(line);
        String words = called.find() ? called.group(1) : listed.matches() ? listed.group(1) : "";
        OPTION.matcher(words).results().forEach(option -> used.add(option.group()));
      }
    }
    assertThat(used).hasSizeGreaterThan(8).allMatch(known::contains);
  }

  @Test
  void theSettingsAreOnesThatTheCommandTakes() {
    assertThat(settings(SCHEDULES.resolve("retrain.conf").toString())).isZero();
    assertThat(
            settings(
                Path.of("..", "conf", "demo-retrain.conf").toString(),
                "--input",
                "i",
                "--output",
                "o",
                "--registry",
                "r"))
        .isZero();
  }

  /** Nothing builds the image here; it must at least fit the program and the manifests. */
  @Test
  void theImageIsTheOneThatTheManifestsStart() throws IOException {
    String image = Files.readString(KUBERNETES.resolve("Dockerfile"));
    assertThat(all(image, "^FROM (\\S+)$"))
        .containsExactly(
            "apache/spark:" + package$.MODULE$.SPARK_VERSION() + "-scala2.12-java17-ubuntu");
    assertThat(all(image, "^COPY (\\S+) \\S+$"))
        .containsExactly("jobs/target/jobs-*-all.jar", "conf/log4j2.properties");
    assertThat(Path.of("..", "conf", "log4j2.properties")).isRegularFile();
    for (String manifest : List.of("sparkapplication.yaml", "scheduledsparkapplication.yaml")) {
      String text = Files.readString(KUBERNETES.resolve(manifest));
      assertThat(all(text, "^ *image: (\\S+)$"))
          .isEqualTo(all(image, " -t (\\S+) \\.$"))
          .containsExactly("meanfield:" + BuildInfo.current().version());
      assertThat(all(text, "^ *sparkVersion: (\\S+)$"))
          .containsExactly(package$.MODULE$.SPARK_VERSION());
      assertThat(all(text, "^ *mainApplicationFile: local://(\\S+)$"))
          .isEqualTo(all(image, "^COPY \\S+\\.jar (\\S+)$"));
      assertThat(all(text, "^ *mainClass: (\\S+)$")).containsExactly(Meanfield.class.getName());
    }
  }

  /** What the group of a pattern matched in each line that it fits. */
  private static List<String> all(String text, String pattern) {
    return Pattern.compile(pattern, Pattern.MULTILINE)
        .matcher(text)
        .results()
        .map(match -> match.group(1))
        .toList();
  }

  private static int settings(String conf, String... more) {
    List<String> arguments = new ArrayList<>(List.of("retrain", "--conf", conf));
    arguments.add("--print-settings");
    arguments.addAll(List.of(more));
    PrintStream out = new PrintStream(new ByteArrayOutputStream(), true, StandardCharsets.UTF_8);
    return new Meanfield(
            List.of(new RetrainJob()),
            out,
            System.err,
            new Console(out, Console.TerminalKind.PLAIN))
        .run(arguments.toArray(new String[0]));
  }

  private static List<Path> files() throws IOException {
    try (Stream<Path> tree = Files.walk(SCHEDULES)) {
      return tree.filter(Files::isRegularFile).toList();
    }
  }
}
