package org.meanfield.jobs.serve;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.typesafe.config.ConfigFactory;
import java.io.BufferedReader;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.meanfield.config.Settings;
import org.meanfield.jobs.cli.Console;
import org.meanfield.jobs.cli.Meanfield;
import org.meanfield.jobs.serve.http.ServerLimits;
import org.meanfield.registry.PublishedVersion;

/** The command, in a process of its own where that matters. */
@Timeout(120)
class ServeCommandTest {
  private static final Pattern LISTENING = Pattern.compile("Listening at (http://[^/]+/).*");
  @TempDir private Path folder;

  @Test
  void sigtermAnswersWhatIsInFlightAndLeavesAVerdict() throws Exception {
    TinyExports.write(folder, 1);
    Path verdict = folder.resolve("verdict");
    Process server =
        start(
            "--model=" + folder, "--output=" + verdict, "--set=serve.max-delay-milliseconds=2000");
    try (BufferedReader lines =
        new BufferedReader(new InputStreamReader(server.getInputStream(), UTF_8))) {
      URI base = base(lines);
      HttpClient client = HttpClient.newHttpClient();
      HttpRequest infer =
          HttpRequest.newBuilder(base.resolve("v2/models/classifier/infer"))
              .POST(
                  BodyPublishers.ofString(
                      "{\"inputs\":[{\"name\":\"pixels\",\"datatype\":\"UINT8\",\"shape\":[1,4,4,3],\"data\":"
                          + Collections.nCopies(48, 7)
                          + "}]}"))
              .build();
      CompletableFuture<HttpResponse<String>> waiting =
          client.sendAsync(infer, BodyHandlers.ofString());
      HttpRequest metrics = HttpRequest.newBuilder(base.resolve("metrics")).build();
      while (!client
          .send(metrics, BodyHandlers.ofString())
          .body()
          .contains("meanfield_queued_images 1\n")) {
        if (waiting.isDone()) { // it was answered before anybody looked
          waiting = client.sendAsync(infer, BodyHandlers.ofString());
        }
      }
      server.destroy(); // SIGTERM
      assertThat(waiting.get(60, TimeUnit.SECONDS).statusCode()).isEqualTo(200);
      assertThat(server.waitFor()).isEqualTo(143);
      assertThat(verdict.resolve("result.json")).content().contains("\"status\" : \"done\"");
    } finally {
      server.destroyForcibly();
    }
  }

  @Test
  void theTimesOfAStopAreThoseOfTheSettings() {
    Map<String, Object> given =
        Map.of("serve.model", "x", "serve.drain-seconds", 1.5, "serve.stop-seconds", 4);
    ServerLimits limits =
        ServeSettings.from(
                Settings.resolve(ServeSettings.declared(), ConfigFactory.parseMap(given)))
            .limits();
    assertThat(limits.drain()).isEqualTo(Duration.ofMillis(1500));
    assertThat(limits.stop()).isEqualTo(Duration.ofSeconds(4));
  }

  @Test
  void aFolderThatIsNeitherExportNorRegistryIsRefused() {
    ByteArrayOutputStream errors = new ByteArrayOutputStream();
    PrintStream err = new PrintStream(errors, true, UTF_8);
    int code =
        new Meanfield(
                List.of(new ServeJob()), err, err, new Console(err, Console.TerminalKind.PLAIN))
            .run("serve", "--model", folder.toString(), "--port", "0");
    assertThat(code).isEqualTo(3);
    assertThat(errors.toString(UTF_8)).contains("neither an export", "nor a registry");
  }

  @Test
  void aServingFolderIsServedAsItSays() throws Exception {
    TinyExports.write(folder.resolve("7"), 1);
    Files.writeString(
        folder.resolve(PublishedVersion.FILE), new PublishedVersion(7, "m", 1).toJson());
    ByteArrayOutputStream printed = new ByteArrayOutputStream();
    PrintStream out = new PrintStream(printed, true, UTF_8);
    Meanfield program =
        new Meanfield(
            List.of(new ServeJob()), out, out, new Console(out, Console.TerminalKind.PLAIN));
    List<Integer> code = new CopyOnWriteArrayList<>();
    Thread server =
        new Thread(() -> code.add(program.run("serve", "--model=" + folder, "--port=0")));
    server.start();
    while (server.isAlive() && !printed.toString(UTF_8).contains("Listening at")) {
      Thread.onSpinWait();
    }
    server.interrupt();
    server.join();
    assertThat(printed.toString(UTF_8)).contains("Serving version 7: tiny with 3 classes");
    assertThat(code).containsExactly(0);
    Matcher listening = LISTENING.matcher(printed.toString(UTF_8));
    assertThat(listening.find()).isTrue();
    HttpRequest live =
        HttpRequest.newBuilder(URI.create(listening.group(1)).resolve("v2/health/live")).build();
    assertThatThrownBy(() -> HttpClient.newHttpClient().send(live, BodyHandlers.ofString()))
        .isInstanceOf(ConnectException.class);

    assertThat(program.run("serve", "--model=" + folder, "--set=serve.follow=canary")).isEqualTo(2);
    assertThat(printed.toString(UTF_8)).contains("which knows the champion alone");
  }

  private static Process start(String... arguments) throws IOException {
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx256m",
                "-cp",
                System.getProperty("java.class.path"),
                Meanfield.class.getName(),
                "serve",
                "--port=0"));
    command.addAll(List.of(arguments));
    return new ProcessBuilder(command).redirectErrorStream(true).start();
  }

  private static URI base(BufferedReader lines) throws IOException {
    StringBuilder printed = new StringBuilder();
    for (String line = lines.readLine(); line != null; line = lines.readLine()) {
      printed.append(line).append('\n');
      Matcher listening = LISTENING.matcher(line);
      if (listening.matches()) {
        return URI.create(listening.group(1));
      }
    }
    throw new AssertionError("The server ended before it listened: " + printed);
  }
}
