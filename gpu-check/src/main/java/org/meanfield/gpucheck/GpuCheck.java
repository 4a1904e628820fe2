package org.meanfield.gpucheck;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.meanfield.error.SettingsException;

/**
 * Checks a GPU against the processor, measures it, and reports. {@code scripts/gpu-check} runs each
 * part in a process of its own, because a fault in native code ends a process.
 */
public final class GpuCheck {
  private GpuCheck() {}

  /** {@code PART FOLDER [--device D] [--small]}; PART is conformance, speed or report. */
  public static void main(String[] arguments) throws IOException {
    PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
    try {
      System.exit(run(List.of(arguments), out));
    } catch (SettingsException e) {
      out.println("gpu-check: " + e.getMessage());
      System.exit(2);
    }
  }

  /** Runs one part; the result is the exit code: 1 where something failed or disagrees. */
  static int run(List<String> arguments, PrintStream out) throws IOException {
    if (arguments.size() < 2) {
      throw new SettingsException("Give a part (conformance, speed, report) and a folder");
    }
    Path folder = Path.of(arguments.get(1));
    Options options = Options.parse(arguments.subList(2, arguments.size()));
    return switch (arguments.get(0)) {
      case "conformance" -> new Conformance(options, out).run(folder);
      case "speed" -> new Speed(options, out).run(folder);
      case "report" -> new Report(out).run(folder);
      default -> throw new SettingsException("There is no part '" + arguments.get(0) + "'");
    };
  }
}
