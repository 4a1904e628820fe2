package org.meanfield.jobs.storage;

import java.time.Instant;

/**
 * A file or folder inside a folder.
 *
 * @param name last part of the path
 * @param path absolute, with scheme
 * @param kind file or folder
 * @param bytes length of a file; meaningless for a folder
 * @param modified last change of a file; meaningless for a folder
 */
public record StorageEntry(String name, String path, Kind kind, long bytes, Instant modified) {

  /** What an entry is. */
  public enum Kind {
    /** Holds bytes. */
    FILE,
    /** Holds entries. */
    FOLDER
  }

  /** True for a folder. */
  public boolean isFolder() {
    return kind == Kind.FOLDER;
  }

  /**
   * True for what no person put there as data: names with a leading dot, and the housekeeping files
   * of Hadoop and of archive programs.
   */
  public boolean isHidden() {
    return isHidden(name);
  }

  /** The same for a name alone. */
  public static boolean isHidden(String name) {
    return name.startsWith(".")
        || name.equals("_SUCCESS")
        || name.equals("_temporary")
        || name.equals("__MACOSX");
  }
}
