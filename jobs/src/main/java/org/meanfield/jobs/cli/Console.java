package org.meanfield.jobs.cli;

import java.io.PrintStream;

/**
 * What a person reads while a job runs: whole lines, and on a terminal one line that is rewritten
 * in place.
 */
public final class Console {
  private final PrintStream out;
  private final TerminalKind kind;
  private int transientLength;

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
    out.print(text);
    out.flush();
    transientLength = text.length();
  }

  private void clear() {
    if (transientLength > 0) {
      out.print("\r" + " ".repeat(transientLength) + "\r");
      transientLength = 0;
    }
  }
}
