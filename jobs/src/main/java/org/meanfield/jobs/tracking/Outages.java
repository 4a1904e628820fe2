package org.meanfield.jobs.tracking;

import org.meanfield.jobs.cli.Console;

/** Keeps the failures of an MLflow server from everybody else, and speaks of them once. */
final class Outages {
  private final Console console;
  private final String uri;
  private final String consequence;
  private boolean warned;
  private boolean away;

  /**
   * Nothing has failed yet.
   *
   * @param consequence what a failure means, a sentence without its full stop
   */
  Outages(Console console, String uri, String consequence) {
    this.console = console;
    this.uri = uri;
    this.consequence = consequence;
  }

  /**
   * Does some work with the server.
   *
   * @return false where it failed: whatever it was, it is no reason for anything else to fail
   */
  boolean shield(Runnable work) {
    try {
      work.run();
    } catch (RuntimeException e) {
      failed(e instanceof OutageException ? e.getMessage() : e.toString());
      return false;
    }
    answered();
    return true;
  }

  /** One warning, however often it fails. */
  synchronized void failed(String why) {
    away = true;
    if (!warned) {
      warned = true;
      console.line("warning: MLflow at " + uri + " cannot be told (" + why + "). " + consequence);
    }
  }

  private synchronized void answered() {
    if (away) {
      away = false;
      console.line("MLflow at " + uri + " answers again");
    }
  }
}
