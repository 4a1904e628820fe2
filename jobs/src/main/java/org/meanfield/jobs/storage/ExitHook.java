package org.meanfield.jobs.storage;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.util.ShutdownHookManager;

/**
 * What a process still does when it is told to end. Hadoop closes its file systems then, in a hook
 * of its own; this one comes before it, so that its action can write.
 */
public final class ExitHook {
  private final Runnable action;

  private ExitHook(Runnable action) {
    this.action = action;
  }

  /**
   * From now on the action runs when the process ends.
   *
   * @param most how long it may take
   */
  public static ExitHook of(Runnable action, Duration most) {
    ShutdownHookManager.get()
        .addShutdownHook(
            action, FileSystem.SHUTDOWN_HOOK_PRIORITY + 1, most.toMillis(), TimeUnit.MILLISECONDS);
    return new ExitHook(action);
  }

  /** The action does not run any more. */
  public void remove() {
    ShutdownHookManager.get().removeShutdownHook(action);
  }
}
