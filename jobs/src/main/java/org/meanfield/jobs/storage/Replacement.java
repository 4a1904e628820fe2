package org.meanfield.jobs.storage;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.util.Set;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.LocalFileSystem;
import org.apache.hadoop.fs.Options;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.RawLocalFileSystem;
import org.apache.hadoop.hdfs.DistributedFileSystem;

/**
 * A file in another one's place. Where a file system cannot do that at once, the old file is moved
 * aside first; readers find it there until the new one has its name, also where a process was
 * killed in between.
 */
final class Replacement {
  /**
   * Schemes of stores where a file appears, or replaces another, when it is closed, and where a
   * rename would copy.
   */
  private static final Set<String> OBJECT_STORES = Set.of("s3a", "s3", "s3n", "gs", "oss", "cosn");

  private static final int ATTEMPTS = 10;

  private Replacement() {}

  /** True where a file is put in its place by writing it there. */
  static boolean byWriting(FileSystem fs) {
    return OBJECT_STORES.contains(fs.getUri().getScheme());
  }

  /** Something that is read from a path. */
  interface Reading<T> {
    T from(Path path) throws IOException;
  }

  /** Moves a file of the same folder over another one, or to a place where none is. */
  static void replace(FileSystem fs, Path temporary, Path target) throws IOException {
    if (fs instanceof DistributedFileSystem hdfs) {
      hdfs.rename(temporary, target, Options.Rename.OVERWRITE);
      return;
    }
    if (isFolder(fs, target)) {
      throw new IOException("a folder is in the way; choose another output");
    }
    boolean replaced =
        isAtomic(fs) ? fs.rename(temporary, target) : replaceInSteps(fs, temporary, target);
    if (!replaced) {
      throw new IOException("Cannot rename " + temporary + " to " + target);
    }
  }

  private static boolean isFolder(FileSystem fs, Path path) throws IOException {
    try {
      return fs.getFileStatus(path).isDirectory();
    } catch (FileNotFoundException e) {
      return false;
    }
  }

  /** Of several writers each puts its file there in turn. */
  private static boolean replaceInSteps(FileSystem fs, Path temporary, Path target)
      throws IOException {
    Path before = before(target);
    boolean replaced = false;
    for (int attempt = 0; attempt < ATTEMPTS && !replaced; attempt++) {
      if (fs.exists(target)) {
        fs.delete(before, false); // left where a process was killed after its rename
        replaced = fs.rename(target, before) && fs.rename(temporary, target);
      } else {
        replaced = fs.rename(temporary, target);
      }
    }
    if (replaced) {
      fs.delete(before, false);
    }
    return replaced;
  }

  /** True where a file is, also in the middle of its replacement. */
  static boolean exists(FileSystem fs, Path path) throws IOException {
    // Once more the path itself: the replacement may have ended between the two.
    return fs.exists(path) || (!isAtomic(fs) && (fs.exists(before(path)) || fs.exists(path)));
  }

  /** Reads a file, or the one that is being replaced by it. */
  static <T> T read(FileSystem fs, Path path, Reading<T> reading) throws IOException {
    if (isAtomic(fs)) {
      return reading.from(path);
    }
    for (int attempt = 1; ; attempt++) {
      Path before = before(path);
      try {
        return reading.from(!fs.exists(path) && fs.exists(before) ? before : path);
      } catch (FileNotFoundException e) {
        if (attempt == ATTEMPTS || !exists(fs, path)) {
          throw e;
        }
      }
    }
  }

  /** Deletes what a file leaves behind where a process was killed in its replacement. */
  static void forget(FileSystem fs, Path path) throws IOException {
    if (!isAtomic(fs) && !path.isRoot()) {
      fs.delete(before(path), false);
    }
  }

  private static boolean isAtomic(FileSystem fs) {
    return fs instanceof DistributedFileSystem
        || fs instanceof LocalFileSystem
        || fs instanceof RawLocalFileSystem
        || byWriting(fs);
  }

  private static Path before(Path path) {
    return path.isRoot() ? path : new Path(path.getParent(), "." + path.getName() + ".before");
  }
}
