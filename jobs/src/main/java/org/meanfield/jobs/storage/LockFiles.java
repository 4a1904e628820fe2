package org.meanfield.jobs.storage;

import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The files of a {@link FolderLock}. Each owner in turn has a number, and for it a file that says
 * who it is, a heartbeat, and a mark once it was given up.
 *
 * @param folder of the lock
 */
record LockFiles(Storage storage, String folder) {
  private static final Pattern NUMBERED = Pattern.compile("(\\d{8})\\.json");

  /**
   * Who holds it.
   *
   * @param process of the owner; null where its system does not tell
   * @param id another for each time that it is taken
   * @param expiryMillis after how long a silence the owner is taken for dead; null where an earlier
   *     build wrote it
   */
  record Owner(String owner, String since, RunningProcess process, String id, Long expiryMillis) {}

  /** A sign of life. */
  record Heartbeat(String at) {}

  /** The newest number that was taken; 0 where none was. */
  int newest() {
    int newest = 0;
    for (String name : storage.list(folder)) {
      Matcher numbered = NUMBERED.matcher(name);
      if (numbered.matches()) {
        newest = Math.max(newest, Integer.parseInt(numbered.group(1)));
      }
    }
    return newest;
  }

  JsonFile<Owner> owner(int number) {
    return new JsonFile<>(storage, path(number, "json"), Owner.class);
  }

  JsonFile<Heartbeat> heartbeat(int number) {
    return new JsonFile<>(storage, path(number, "heartbeat"), Heartbeat.class);
  }

  /** The owner for a person. */
  String ownerInWords(int number) {
    return owner(number)
        .read()
        .map(owner -> owner.owner() + " since " + owner.since())
        .orElse("another process");
  }

  void release(int number) {
    storage.createNew(path(number, "released"), new byte[0]);
  }

  boolean isReleased(int number) {
    return storage.exists(path(number, "released"));
  }

  /** Deletes what earlier owners left. */
  void forgetBefore(int number) {
    for (String name : storage.list(folder)) {
      if (name.matches("\\d{8}\\..*") && Integer.parseInt(name.substring(0, 8)) < number) {
        storage.delete(folder + "/" + name);
      }
    }
  }

  private String path(int number, String kind) {
    return String.format(Locale.ROOT, "%s/%08d.%s", folder, number, kind);
  }
}
