package org.meanfield.jobs.cli;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.slf4j.Logger;

/**
 * What a person reads while a job runs: whole lines, and on a terminal one line that is rewritten
 * in place.
 */
public final class Console {
  // A line longer than the terminal is cut at its edge: a wrapped one could not be redrawn.
  private static final String NO_WRAP = "\u001B[?7l";
  private static final String WRAP = "\u001B[?7h";
  private static final String CLEAR_LINE = "\r\u001B[2K";

  private final PrintStream out;
  private final TerminalKind kind;
  private boolean redrawn;

  /** Whether lines can be rewritten in place. */
  public enum TerminalKind {
    /** A terminal: progress is redrawn in place. */
    INTERACTIVE,
    /** A file or a pipe: every line stays. */
    PLAIN
  }

  /** Writes to {@code out}. */
  public Console(PrintStream out, TerminalKind kind) {
    this.out = out;
    this.kind = kind;
  }

  /** For a program that runs jobs itself, with nobody watching: every line goes to a log. */
  public static Console toLog(Logger log) {
    return new Console(
        new PrintStream(new LogLines(log), false, StandardCharsets.UTF_8), TerminalKind.PLAIN);
  }

  /** One line that stays. */
  public synchronized void line(String text) {
    clear();
    out.println(text);
    out.flush();
  }

  /** Progress: redrawn in place on a terminal, a line of its own elsewhere. */
  public synchronized void progress(String text) {
    if (kind == TerminalKind.PLAIN) {
      line(text);
      return;
    }
    clear();
    out.print(NO_WRAP + text + WRAP);
    out.flush();
    redrawn = true;
  }

  private void clear() {
    if (redrawn) {
      out.print(CLEAR_LINE);
      redrawn = false;
    }
  }

  /** A line of the log with each flush, of which {@link #line} makes one a line. */
  private static final class LogLines extends ByteArrayOutputStream {
    private final Logger log;

    LogLines(Logger log) {
      this.log = log;
    }

    @Override
    public synchronized void flush() {
      String text = toString(StandardCharsets.UTF_8).stripTrailing();
      reset();
      if (!text.isEmpty()) {
        log.info(text);
      }
    }
  }
}
