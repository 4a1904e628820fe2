package org.meanfield.jobs.serve.http;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.WebSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** Chromium without a window, at one page, spoken to through its DevTools protocol. */
final class Browser implements AutoCloseable {
  private static final Pattern DEVTOOLS = Pattern.compile("DevTools listening on ws://([^/]+)/.*");
  private static final ObjectMapper JSON = new ObjectMapper();

  private final Process process;
  private final HttpClient client = HttpClient.newHttpClient();
  private final BlockingQueue<String> answers = new LinkedBlockingQueue<>();
  private final WebSocket socket;

  /** Where it is installed; empty where it is not. */
  static Optional<Path> installed() {
    return Stream.of(System.getenv("PATH").split(File.pathSeparator, -1))
        .flatMap(
            folder ->
                Stream.of("chromium", "chromium-browser", "google-chrome")
                    .map(name -> Path.of(folder, name)))
        .filter(Files::isExecutable)
        .findFirst();
  }

  Browser(Path program, Path profile, URI page) throws IOException, InterruptedException {
    this.process =
        new ProcessBuilder(
                List.of(
                    program.toString(),
                    "--headless=new",
                    "--no-sandbox", // as root Chromium does not start with it
                    "--disable-dev-shm-usage", // containers have little of it
                    "--disable-gpu",
                    "--no-first-run",
                    "--disable-background-networking", // tests need none
                    "--disable-component-update",
                    "--disable-sync",
                    "--remote-debugging-port=0",
                    "--user-data-dir=" + profile,
                    page.toString()))
            .redirectErrorStream(true)
            .start();
    this.socket = open(page);
  }

  /** The value of a JavaScript promise on the page. */
  JsonNode evaluate(String expression) throws Exception {
    while (true) {
      JsonNode answer = ask(expression);
      if (answer.path("result").has("exceptionDetails")) {
        throw new IOException("The page failed: " + answer);
      }
      JsonNode value = answer.path("result").path("result").path("value");
      if (!value.isMissingNode()) {
        return value;
      }
      // The page was still being opened, and took the promise with it.
      System.out.println("Chromium said " + answer);
    }
  }

  private JsonNode ask(String expression) throws Exception {
    String command =
        JSON.writeValueAsString(
            Map.of(
                "id",
                1,
                "method",
                "Runtime.evaluate",
                "params",
                Map.of("expression", expression, "awaitPromise", true, "returnByValue", true)));
    socket.sendText(command, true).join();
    return JSON.readTree(answers.poll(60, TimeUnit.SECONDS));
  }

  @Override
  public void close() {
    socket.abort();
    List<ProcessHandle> all =
        Stream.concat(process.descendants(), Stream.of(process.toHandle())).toList();
    all.forEach(ProcessHandle::destroyForcibly);
    // It must not write its profile any more while that is deleted.
    all.forEach(each -> each.onExit().join());
  }

  private WebSocket open(URI page) throws IOException, InterruptedException {
    String address = debuggingAddress();
    while (true) {
      String targets =
          client
              .send(
                  HttpRequest.newBuilder(URI.create("http://" + address + "/json/list")).build(),
                  BodyHandlers.ofString())
              .body();
      for (JsonNode target : JSON.readTree(targets)) {
        if (target.path("url").asText().equals(page.toString())) {
          URI uri = URI.create(target.path("webSocketDebuggerUrl").asText());
          return client.newWebSocketBuilder().buildAsync(uri, new Answers()).join();
        }
      }
      Thread.onSpinWait();
    }
  }

  private String debuggingAddress() throws IOException {
    BufferedReader lines =
        new BufferedReader(new InputStreamReader(process.getInputStream(), UTF_8));
    StringBuilder printed = new StringBuilder();
    for (String line = lines.readLine(); line != null; line = lines.readLine()) {
      Matcher listening = DEVTOOLS.matcher(line);
      if (listening.matches()) {
        return listening.group(1);
      }
      printed.append(line).append('\n');
    }
    throw new IOException("Chromium ended before it listened: " + printed);
  }

  /** Keeps the messages; only answers come, since no events were asked for. */
  private final class Answers implements WebSocket.Listener {
    private final StringBuilder text = new StringBuilder();

    @Override
    public CompletionStage<?> onText(WebSocket webSocket, CharSequence data, boolean last) {
      text.append(data);
      if (last) {
        answers.add(text.toString());
        text.setLength(0);
      }
      webSocket.request(1);
      return null;
    }
  }
}
