package org.meanfield.jobs.serve;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.meanfield.jobs.cli.Console;
import org.meanfield.jobs.cli.Meanfield;

/** The command, in a process of its own where that matters. */
@Timeout(120)
class ServeCommandTest {
  private static final Pattern LISTENING = Pattern.compile("Listening at (http://[^/]+/).*");
  @TempDir private Path folder;

  @Test
  void sigtermAnswersWhatIsInFlightAndTakesNothingNew() throws Exception {
    TinyExports.write(folder, 1);
    Process server = start("--model=" + folder, "--set=serve.max-delay-milliseconds=2000");
    try (BufferedReader lines =
        new BufferedReader(new InputStreamReader(server.getInputStream(), UTF_8))) {
      URI base = base(lines);
      HttpClient client = HttpClient.newHttpClient();
      HttpRequest infer =
          HttpRequest.newBuilder(base.resolve("v2/models/classifier/infer"))
              .POST(
                  BodyPublishers.ofString(
                      "{\"inputs\":[{\"name\":\"pixels\",\"datatype\":\"UINT8\",\"shape\":[1,4,4,3],"
                          + "\"data\":"
                          + Collections.nCopies(48, 7)
                          + "}]}"))
              .build();
      CompletableFuture<HttpResponse<String>> waiting =
          client.sendAsync(infer, BodyHandlers.ofString());
      String metrics = "";
      while (!metrics.contains("meanfield_queued_images 1\n")) {
        metrics =
            client
                .send(
                    HttpRequest.newBuilder(base.resolve("metrics")).build(),
                    BodyHandlers.ofString())
                .body();
      }
      server.destroy(); // SIGTERM
      assertThat(waiting.get(60, TimeUnit.SECONDS).statusCode()).isEqualTo(200);
      assertThat(server.waitFor()).isEqualTo(143);
    } finally {
      server.destroyForcibly();
    }
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

  private static Process start(String... arguments) throws IOException {
    List<String> command =
        new java.util.ArrayList<>(
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
