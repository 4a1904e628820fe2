package org.meanfield.jobs.storage;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.UUID;

/**
 * Folders beside the final place, in which files are whole before they get their names. A killed
 * process leaves its own behind.
 */
public final class Staging {
  private static final String PREFIX = ".tmp-";
  private static final Duration ABANDONED_AFTER = Duration.ofDays(1);

  private Staging() {}

  /**
   * The path of a new one inside a folder. Those of other processes in which nothing was written
   * for a day are deleted.
   */
  public static String in(Storage storage, String folder, Clock clock) {
    Instant oldest = clock.instant().minus(ABANDONED_AFTER);
    for (String name : storage.list(folder)) {
      String path = folder + "/" + name;
      if (name.startsWith(PREFIX)
          && storage.lastChange(path).filter(last -> last.isBefore(oldest)).isPresent()) {
        storage.delete(path);
      }
    }
    return in(folder);
  }

  /** The path of a new one inside a folder. */
  public static String in(String folder) {
    return folder + "/" + PREFIX + UUID.randomUUID();
  }

  /** Deletes all that lie inside a folder, for a caller whose lock keeps others away from it. */
  public static void clear(Storage storage, String folder) {
    for (String name : storage.list(folder)) {
      if (name.startsWith(PREFIX)) {
        storage.delete(folder + "/" + name);
      }
    }
  }
}
