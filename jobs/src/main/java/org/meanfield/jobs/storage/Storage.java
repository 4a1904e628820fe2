package org.meanfield.jobs.storage;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FSDataOutputStream;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.meanfield.error.ConflictException;

/**
 * Files on any Hadoop file system, named by URI or path. Whole-file writes are atomic: a reader
 * sees the old file, the new one, or none.
 */
public final class Storage {
  private final Configuration configuration;

  /**
   * With Spark's Hadoop configuration, so that credentials and default file system are the job's
   * own.
   */
  public Storage(Configuration configuration) {
    this.configuration = configuration;
  }

  /** The path made absolute, with scheme: what messages and manifests show. */
  public String qualify(String path) {
    return call(path, fs -> fs.makeQualified(new Path(path)).toString());
  }

  /** True where a file or folder is. */
  public boolean exists(String path) {
    return call(path, fs -> fs.exists(new Path(path)));
  }

  /** True where a folder is. */
  public boolean isFolder(String path) {
    return call(
        path, fs -> fs.exists(new Path(path)) && fs.getFileStatus(new Path(path)).isDirectory());
  }

  /** The whole content of a file. */
  public byte[] read(String path) {
    return call(
        path,
        fs -> {
          try (InputStream in = fs.open(new Path(path))) {
            return in.readAllBytes();
          }
        });
  }

  /** The whole content of a UTF-8 file. */
  public String readText(String path) {
    return new String(read(path), StandardCharsets.UTF_8);
  }

  /** Opens a file for reading. Ownership: the caller closes it. */
  public InputStream open(String path) {
    return call(path, fs -> fs.open(new Path(path)));
  }

  /** Writes a whole file under a temporary name, syncs it, then renames it over {@code path}. */
  public void write(String path, byte[] content) {
    run(
        path,
        fs -> {
          Path target = new Path(path);
          Path temporary =
              new Path(
                  target.getParent(), "." + target.getName() + "." + UUID.randomUUID() + ".tmp");
          try (FSDataOutputStream out = fs.create(temporary, false)) {
            out.write(content);
            out.hsync();
          }
          replace(fs, temporary, target);
        });
  }

  /** {@link #write} of UTF-8 text. */
  public void writeText(String path, String content) {
    write(path, content.getBytes(StandardCharsets.UTF_8));
  }

  /** Renames a file or folder; {@code to} must not exist. */
  public void rename(String from, String to) {
    run(
        from,
        fs -> {
          Path target = new Path(to);
          fs.mkdirs(target.getParent());
          if (fs.exists(target) || !fs.rename(new Path(from), target)) {
            throw new ConflictException(
                "Cannot move "
                    + from
                    + " to "
                    + to
                    + ": the target is there already; choose another output");
          }
        });
  }

  /** Deletes a file or a folder with all it holds; nothing happens where nothing is. */
  public void delete(String path) {
    run(path, fs -> fs.delete(new Path(path), true));
  }

  /** Creates a folder and its parents. */
  public void createFolder(String path) {
    run(path, fs -> fs.mkdirs(new Path(path)));
  }

  /** Names (last parts) of what a folder holds, sorted; empty where the folder is missing. */
  public List<String> list(String folder) {
    return call(
        folder,
        fs -> {
          List<String> names = new ArrayList<>();
          if (fs.exists(new Path(folder))) {
            for (FileStatus status : fs.listStatus(new Path(folder))) {
              names.add(status.getPath().getName());
            }
          }
          names.sort(Comparator.naturalOrder());
          return names;
        });
  }

  /**
   * What a folder holds, in name order.
   *
   * @throws UncheckedIOException where the folder is missing
   */
  public List<StorageEntry> entries(String folder) {
    return call(
        folder,
        fs -> {
          List<StorageEntry> entries = new ArrayList<>();
          for (FileStatus status : fs.listStatus(new Path(folder))) {
            entries.add(
                new StorageEntry(
                    status.getPath().getName(),
                    status.getPath().toString(),
                    status.isDirectory() ? StorageEntry.Kind.FOLDER : StorageEntry.Kind.FILE,
                    status.getLen()));
          }
          entries.sort(Comparator.comparing(StorageEntry::name));
          return entries;
        });
  }

  /** Name (last part) to length in bytes of the files right in a folder, in name order. */
  public Map<String, Long> fileSizes(String folder) {
    return call(
        folder,
        fs -> {
          Map<String, Long> sizes = new TreeMap<>();
          if (fs.exists(new Path(folder))) {
            for (FileStatus status : fs.listStatus(new Path(folder))) {
              if (status.isFile()) {
                sizes.put(status.getPath().getName(), status.getLen());
              }
            }
          }
          return sizes;
        });
  }

  private static void replace(FileSystem fs, Path temporary, Path target) throws IOException {
    // Hadoop's rename refuses an existing target; the checked-in writer is the only one, so delete
    // and rename is enough,
    // and a crash in between leaves the temporary file for nobody and the manifest absent, which
    // every reader treats as "not there".
    if (fs.exists(target) && !fs.delete(target, false)) {
      throw new IOException("Cannot replace " + target);
    }
    if (!fs.rename(temporary, target)) {
      throw new IOException("Cannot rename " + temporary + " to " + target);
    }
  }

  private <T> T call(String path, Call<T> call) {
    try {
      return call.on(new Path(path).getFileSystem(configuration));
    } catch (IOException e) {
      throw new UncheckedIOException(path + ": " + e.getMessage(), e);
    }
  }

  private void run(String path, Action action) {
    call(
        path,
        fs -> {
          action.on(fs);
          return true;
        });
  }

  private interface Call<T> {
    T on(FileSystem fs) throws IOException;
  }

  private interface Action {
    void on(FileSystem fs) throws IOException;
  }
}
