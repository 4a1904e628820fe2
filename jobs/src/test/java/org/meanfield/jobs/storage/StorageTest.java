package org.meanfield.jobs.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.File;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.RawLocalFileSystem;
import org.apache.hadoop.security.AccessControlException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.meanfield.error.ConflictException;
import org.meanfield.error.SettingsException;

class StorageTest {
  private final Storage storage = new Storage(new Configuration());

  @TempDir Path folder;

  @Test
  void aReaderSeesTheOldFileOrTheNewOneAndNeverNone() throws Exception {
    String path = folder.resolve("journal.jsonl").toString();
    WatchedFile.writeWatched(storage, path, 300);
    assertThat(storage.list(folder.toString())).containsExactly("journal.jsonl");
  }

  @Test
  void aChecksumFileOfAnotherWriterDoesNotOutliveTheContent() throws Exception {
    Path file = folder.resolve("run.json");
    try (var out =
        new org.apache.hadoop.fs.Path(file.toUri())
            .getFileSystem(new Configuration())
            .create(new org.apache.hadoop.fs.Path(file.toUri()))) {
      out.write(WatchedFile.filled(1));
    }
    assertThat(folder.resolve(".run.json.crc")).exists();

    storage.write(file.toString(), WatchedFile.filled(2));

    assertThat(storage.read(file.toString())).isEqualTo(WatchedFile.filled(2));
    assertThat(folder.resolve(".run.json.crc")).doesNotExist();
  }

  @Test
  void whatIsNoPathIsRefusedAndANameWithAColonIsAFile() throws IOException {
    assertThatThrownBy(() -> storage.exists(" "))
        .isInstanceOf(SettingsException.class)
        .hasMessageContaining("blank");
    assertThatThrownBy(() -> storage.exists("a:b"))
        .isInstanceOf(SettingsException.class)
        .hasMessageContaining("'a:b' is no path");
    assertThatThrownBy(() -> storage.exists("hdfs:///data"))
        .isInstanceOf(SettingsException.class)
        .hasMessageContaining("names no host");
    Path file = Files.writeString(folder.resolve("12:30.png"), "found");
    assertThat(storage.readText(file.toString())).isEqualTo("found");
    assertThat(storage.qualify("./a:b")).endsWith("/a:b");
  }

  @Test
  void aFailedWriteLeavesTheOldFileAndNothingElse() throws Exception {
    Path target = Files.createDirectories(folder.resolve("in-the-way/full")).getParent();

    assertThatThrownBy(() -> storage.write(target.toString(), WatchedFile.filled(1)))
        .isInstanceOf(UncheckedIOException.class)
        .hasMessageContaining("in-the-way");

    assertThat(target.resolve("full")).isDirectory();
    assertThat(storage.list(folder.toString())).containsExactly("in-the-way");
  }

  @Test
  void aMoveOntoSomethingIsAConflictAndAMoveOfNothingIsNot() {
    storage.writeText(folder.resolve("a").toString(), "a");
    storage.writeText(folder.resolve("b").toString(), "b");

    assertThatThrownBy(
            () -> storage.rename(folder.resolve("a").toString(), folder.resolve("b").toString()))
        .isInstanceOf(ConflictException.class);
    assertThatThrownBy(
            () -> storage.rename(folder.resolve("none").toString(), folder.resolve("c").toString()))
        .isInstanceOf(UncheckedIOException.class)
        .hasMessageContaining("none");
  }

  @Test
  void anObjectStoreGetsAFileInOneRequestAndIsNeverWithoutIt() {
    Storage bucket = with("s3a", ObjectStore.class);
    String path = "s3a://bucket" + folder.resolve("registry/champion.json");
    bucket.writeText(path, "one");
    bucket.writeText(path, "two");
    assertThat(bucket.readText(path)).isEqualTo("two");
    assertThat(bucket.list("s3a://bucket" + folder.resolve("registry")))
        .containsExactly("champion.json");
    assertThatThrownBy(() -> bucket.writeText("s3a://bucket" + folder, "in the way"))
        .isInstanceOf(UncheckedIOException.class)
        .hasMessageContaining("a folder is in the way");
  }

  @Test
  void belowAFileNothingIsWhoeverAsks() throws Exception {
    Storage asUser = with("asuser", AsUserOfHdfs.class);
    Files.write(folder.resolve("model.zip"), WatchedFile.filled(1));
    Path locked = Files.createDirectory(folder.resolve("locked"));
    String zip = "asuser://" + folder.resolve("model.zip");
    assertThat(asUser.exists(zip)).isTrue();
    assertThat(asUser.size(zip)).contains(100_000L);
    assertThat(asUser.exists(zip + "/bundle.json")).isFalse();
    assertThat(asUser.isFolder(zip + "/model/network.json")).isFalse();
    assertThat(asUser.size(zip + "/bundle.json")).isEmpty();
    assertThatThrownBy(() -> asUser.exists("asuser://" + locked.resolve("secret")))
        .hasMessageContaining("Permission denied");
  }

  @Test
  void aFileSystemThatNobodyKnowsIsAMatterOfSettings() {
    assertThatThrownBy(() -> storage.exists("hdsf://host/data"))
        .isInstanceOf(SettingsException.class)
        .hasMessageContainingAll("hdsf://host/data", "No FileSystem for scheme", "connector");
    assertThatThrownBy(() -> storage.readText("s3a://bucket/data"))
        .as("whose connector is not part of the program")
        .isInstanceOf(SettingsException.class)
        .hasMessageContainingAll("s3a://bucket/data", "S3AFileSystem not found", "connector");
  }

  private static Storage with(String scheme, Class<? extends RawLocalFileSystem> files) {
    Configuration configuration = new Configuration();
    configuration.set("fs." + scheme + ".impl", files.getName());
    configuration.setBoolean("fs." + scheme + ".impl.disable.cache", true);
    return new Storage(configuration);
  }

  /** A local folder that, like a bucket, knows no renaming. */
  public static final class ObjectStore extends RawLocalFileSystem {
    @Override
    public URI getUri() {
      return URI.create("s3a://bucket");
    }

    @Override
    public boolean rename(org.apache.hadoop.fs.Path from, org.apache.hadoop.fs.Path to) {
      throw new UnsupportedOperationException("a rename copies, and a reader finds nothing");
    }

    @Override
    public boolean delete(org.apache.hadoop.fs.Path path, boolean recursive) {
      throw new UnsupportedOperationException("a reader finds nothing");
    }
  }

  /** Answers a path below a file, and one in a locked folder, as HDFS does its users. */
  public static final class AsUserOfHdfs extends RawLocalFileSystem {
    @Override
    public URI getUri() {
      return URI.create("asuser:///");
    }

    @Override
    public boolean exists(org.apache.hadoop.fs.Path path) throws IOException {
      try {
        return getFileStatus(path) != null;
      } catch (FileNotFoundException e) {
        return false;
      }
    }

    @Override
    public FileStatus getFileStatus(org.apache.hadoop.fs.Path path) throws IOException {
      File parent = pathToFile(path).getParentFile();
      if (parent != null && parent.getName().equals("locked")) {
        throw new AccessControlException("Permission denied: user=somebody");
      }
      for (File above = parent; above != null; above = above.getParentFile()) {
        if (above.isFile()) {
          throw new AccessControlException(above + " (is not a directory)");
        }
      }
      return super.getFileStatus(path);
    }
  }
}
