package org.meanfield.jobs.cli;

import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Says on the console that SIGTERM or Ctrl-C ends a command, while Spark is being taken away from
 * under it.
 *
 * <p>Errors: none; the process ends with 143 or 130, as the JVM does.
 */
final class StopSignal implements AutoCloseable {
  private final AtomicBoolean received = new AtomicBoolean();
  private final Thread hook;

  /** Listens until it is closed; {@code message} is printed when the signal comes. */
  StopSignal(Console console, String message) {
    hook =
        new Thread(
            () -> {
              received.set(true);
              console.line(message);
            },
            "stop signal");
    Runtime.getRuntime().addShutdownHook(hook);
  }

  /** Whether the process is ending, so that what fails now fails for that reason. */
  boolean received() {
    return received.get();
  }

  @Override
  public void close() {
    if (!received.get()) {
      try {
        Runtime.getRuntime().removeShutdownHook(hook);
      } catch (IllegalStateException e) {
        // The signal came just now.
        received.set(true);
      }
    }
  }
}
