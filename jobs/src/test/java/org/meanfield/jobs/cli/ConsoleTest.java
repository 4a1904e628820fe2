package org.meanfield.jobs.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import org.junit.jupiter.api.Test;
import org.meanfield.jobs.cli.Console.TerminalKind;

class ConsoleTest {
  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
  private final PrintStream out = new PrintStream(bytes, true, UTF_8);

  @Test
  void everyLineStaysInAFile() {
    Console console = new Console(out, TerminalKind.PLAIN);
    console.progress("one");
    console.progress("two");
    console.line("done");
    assertThat(bytes.toString(UTF_8)).isEqualToNormalizingNewlines("one\ntwo\ndone\n");
  }

  @Test
  void progressIsRedrawnInPlaceAndNeverWraps() {
    Console console = new Console(out, TerminalKind.INTERACTIVE);
    console.progress("one");
    console.progress("two");
    console.line("done");
    assertThat(bytes.toString(UTF_8))
        .isEqualToNormalizingNewlines(
            "\u001B[?7lone\u001B[?7h\r\u001B[2K\u001B[?7ltwo\u001B[?7h\r\u001B[2Kdone\n");
  }
}
