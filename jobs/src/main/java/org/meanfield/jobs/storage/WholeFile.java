package org.meanfield.jobs.storage;

import java.io.IOException;
import java.util.UUID;
import org.apache.hadoop.fs.FSDataOutputStream;
import org.apache.hadoop.fs.FSError;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.LocalFileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.StreamCapabilities;

/** Writes or replaces files of which nobody sees a half, see {@link Storage#write}. */
final class WholeFile {
  private WholeFile() {}

  static void write(FileSystem fs, Path target, byte[] content) throws IOException {
    if (Replacement.byWriting(fs)) {
      put(fs, target, content);
      return;
    }
    Path temporary = temporaryFor(target);
    FileSystem files = withoutChecksumFiles(fs);
    try {
      writeSynced(files, temporary, content);
      if (fs instanceof LocalFileSystem local) {
        // Left by Spark or another program, it would contradict the new content.
        files.delete(local.getChecksumFile(target), false);
      }
      Replacement.replace(files, temporary, target);
    } catch (IOException e) {
      deleteQuietly(files, temporary, e);
      throw e;
    }
  }

  private static void put(FileSystem fs, Path target, byte[] content) throws IOException {
    if (Storage.exists(fs, target) && fs.getFileStatus(target).isDirectory()) {
      throw new IOException("a folder is in the way; choose another output");
    }
    try (FSDataOutputStream out = fs.create(target, true)) {
      out.write(content);
    }
  }

  /** Beside a file, hidden, and another one for each writer. */
  static Path temporaryFor(Path target) {
    return new Path(target.getParent(), "." + target.getName() + "." + UUID.randomUUID() + ".tmp");
  }

  /** Writes a file that is not there yet, and has it on the disk when this returns. */
  static void writeSynced(FileSystem fs, Path file, byte[] content) throws IOException {
    try (FSDataOutputStream out = fs.create(file, false)) {
      out.write(content);
      if (out.hasCapability(StreamCapabilities.HSYNC)) {
        out.hsync();
      }
    } catch (FSError e) { // Hadoop's way to say that a local disk is full
      throw new IOException(e.getMessage(), e);
    }
  }

  /**
   * Hadoop's local file system keeps a checksum file beside each file, and cannot replace both at
   * once. Our own formats carry their digests themselves.
   */
  static FileSystem withoutChecksumFiles(FileSystem fs) {
    return fs instanceof LocalFileSystem local ? local.getRaw() : fs;
  }

  private static void deleteQuietly(FileSystem fs, Path temporary, IOException cause) {
    try {
      fs.delete(temporary, false);
    } catch (IOException e) {
      cause.addSuppressed(e); // what made the write fail is what a person must read
    }
  }
}
