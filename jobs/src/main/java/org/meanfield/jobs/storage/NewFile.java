package org.meanfield.jobs.storage;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.util.Arrays;
import org.apache.hadoop.fs.FileAlreadyExistsException;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Options;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.RawLocalFileSystem;
import org.apache.hadoop.hdfs.DistributedFileSystem;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Makes files that only one writer can make, see {@link Storage#createNew}. */
final class NewFile {
  private static final Logger LOGGER = LoggerFactory.getLogger(NewFile.class);

  private NewFile() {}

  static boolean create(FileSystem fs, Path target, byte[] content) throws IOException {
    if (fs.exists(target)) {
      return false;
    }
    fs.mkdirs(target.getParent());
    if (fs instanceof DistributedFileSystem hdfs) {
      return publish(
          fs, target, content, temporary -> hdfs.rename(temporary, target, Options.Rename.NONE));
    }
    if (fs instanceof RawLocalFileSystem local) {
      return publish(fs, target, content, temporary -> link(local, temporary, target));
    }
    return createInPlace(fs, target, content);
  }

  /** Written in full first, so that the name never stands for half a file. */
  private static boolean publish(FileSystem fs, Path target, byte[] content, Publication step)
      throws IOException {
    Path temporary = WholeFile.temporaryFor(target);
    try {
      WholeFile.writeSynced(fs, temporary, content);
      step.publish(temporary);
      return true;
    } catch (FileAlreadyExistsException | java.nio.file.FileAlreadyExistsException e) {
      LOGGER.debug("Another writer made {} first", target, e);
      return false;
    } finally {
      deleteQuietly(fs, temporary);
    }
  }

  private static void link(RawLocalFileSystem local, Path temporary, Path target)
      throws IOException {
    try {
      Files.createLink(local.pathToFile(target).toPath(), local.pathToFile(temporary).toPath());
    } catch (UnsupportedOperationException e) {
      throw withoutLinks(e);
    } catch (FileSystemException e) {
      // What Linux says of FAT and of shares, a moment after the file was written.
      boolean without =
          String.valueOf(e.getReason()).matches("Operation not (permitted|supported)");
      throw without ? withoutLinks(e) : e;
    }
  }

  /** Without the cause, whose words are also those of a missing right. */
  private static IOException withoutLinks(Exception seen) {
    LOGGER.debug("No hard link", seen);
    return new IOException(
        "this local file system has no hard links, without which two writers cannot be kept"
            + " apart; use another disk, or HDFS");
  }

  private static boolean createInPlace(FileSystem fs, Path target, byte[] content)
      throws IOException {
    try {
      WholeFile.writeSynced(fs, target, content);
    } catch (FileAlreadyExistsException e) {
      LOGGER.debug("Another writer made {} first", target, e);
      return false;
    }
    try (InputStream in = fs.open(target)) {
      return Arrays.equals(in.readAllBytes(), content);
    } catch (FileNotFoundException e) {
      throw new IOException("vanished after it was written; does something clean up here?", e);
    }
  }

  private static void deleteQuietly(FileSystem fs, Path temporary) {
    try {
      fs.delete(temporary, false);
    } catch (IOException e) {
      // The file itself is there, or what prevented it is on its way to the caller.
      LOGGER.warn("{} stays behind: {}", temporary, e.getMessage());
    }
  }

  private interface Publication {
    void publish(Path temporary) throws IOException;
  }
}
