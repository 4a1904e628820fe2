package org.meanfield.bench;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PipedInputStream;
import java.io.PipedOutputStream;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.meanfield.jobs.cli.Console;
import org.meanfield.jobs.cli.Meanfield;
import org.meanfield.jobs.serve.ServeJob;

/** {@code meanfield serve}, the command itself, in this process. */
final class ServeProcess {
  private static final Pattern LISTENING = Pattern.compile("Listening at http://[^:]+:(\\d+)/.*");

  private ServeProcess() {}

  /** Starts it on a registry; returns its port. It runs until the process ends. */
  static int start(Path registry) throws IOException {
    PipedInputStream printed = new PipedInputStream(1 << 16);
    PrintStream out = new PrintStream(new PipedOutputStream(printed), true, UTF_8);
    Thread server =
        new Thread(
            () -> {
              int code =
                  new Meanfield(
                          List.of(new ServeJob()),
                          out,
                          System.err,
                          new Console(out, Console.TerminalKind.PLAIN))
                      .run(
                          "serve",
                          "--model=" + registry,
                          "--port=0",
                          "--set=serve.poll-seconds=0.1");
              System.err.println("serve ended with " + code);
              out.close();
            },
            "serve");
    server.setDaemon(true);
    server.start();
    BufferedReader lines = new BufferedReader(new InputStreamReader(printed, UTF_8));
    for (String line = lines.readLine(); line != null; line = lines.readLine()) {
      Matcher listening = LISTENING.matcher(line);
      if (listening.matches()) {
        drain(lines);
        return Integer.parseInt(listening.group(1));
      }
    }
    throw new IOException("The server ended before it listened");
  }

  /** Its later lines go to this process's own output. */
  private static void drain(BufferedReader lines) {
    Thread reader = new Thread(() -> lines.lines().forEach(System.out::println), "lines of serve");
    reader.setDaemon(true);
    reader.start();
  }
}
