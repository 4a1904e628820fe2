package org.meanfield.jobs.storage;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FSError;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.UnsupportedFileSystemException;
import org.apache.hadoop.fs.viewfs.ViewFileSystem;
import org.apache.hadoop.security.AccessControlException;
import org.meanfield.error.ConflictException;
import org.meanfield.error.SettingsException;

/** Files on any Hadoop file system, named by URI or path. */
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

  /** True where a file or folder is; below a file nothing is. */
  public boolean exists(String path) {
    return call(path, fs -> exists(fs, new Path(path)));
  }

  /** True where a folder is. */
  public boolean isFolder(String path) {
    return call(
        path,
        fs ->
            exists(fs, new Path(path))
                && Replacement.read(fs, new Path(path), fs::getFileStatus).isDirectory());
  }

  /** The whole content of a file. */
  public byte[] read(String path) {
    return call(
        path,
        fs ->
            Replacement.read(
                fs,
                new Path(path),
                file -> {
                  try (InputStream in = fs.open(file)) {
                    return in.readAllBytes();
                  }
                }));
  }

  /** The whole content of a UTF-8 file. */
  public String readText(String path) {
    return new String(read(path), StandardCharsets.UTF_8);
  }

  /** Opens a file for reading. Ownership: the caller closes it. */
  public InputStream open(String path) {
    return call(path, fs -> Replacement.read(fs, new Path(path), fs::open));
  }

  /** The length of a file in bytes; empty where no file is. */
  public Optional<Long> size(String path) {
    return call(
        path,
        fs -> {
          if (!exists(fs, new Path(path))) {
            return Optional.empty();
          }
          FileStatus status = Replacement.read(fs, new Path(path), fs::getFileStatus);
          return status.isFile() ? Optional.of(status.getLen()) : Optional.empty();
        });
  }

  /**
   * Writes or replaces a whole file. On local disks and HDFS it is written under a temporary name,
   * synced, and renamed over {@code path}; in object stores it is put there in one request. A
   * process killed at any moment leaves the old file or the new one, and a reader sees one of them.
   * On other file systems the old one is moved aside first: readers of this class see one of them
   * all the same, other programs may see none for a moment.
   */
  public void write(String path, byte[] content) {
    run(
        path,
        named -> {
          Path target = behind(named, new Path(path));
          FileSystem fs = named instanceof ViewFileSystem ? fileSystem(target) : named;
          WholeFile.write(fs, target, content);
        });
  }

  /** {@link #write} of UTF-8 text. */
  public void writeText(String path, String content) {
    write(path, content.getBytes(StandardCharsets.UTF_8));
  }

  /**
   * Makes a whole file where none is, and never touches one that is there. Of several writers, on
   * several machines, one makes it.
   *
   * <p>On local disks (by a hard link) and HDFS (by a rename that does not replace) the file
   * appears whole and at once, or not at all, whenever a process is killed. Elsewhere it is as good
   * as the file system's own create-without-overwrite: an object store that checks first and writes
   * later lets two writers through that come within that moment. What lies there afterwards is read
   * back, so that a writer who was overwritten in it usually learns of it.
   *
   * @return true where this call made it; false where another file is there
   */
  public boolean createNew(String path, byte[] content) {
    return call(
        path,
        named -> {
          Path target = behind(named, new Path(path));
          FileSystem fs = named instanceof ViewFileSystem ? fileSystem(target) : named;
          return NewFile.create(WholeFile.withoutChecksumFiles(fs), target, content);
        });
  }

  /** Renames a file or folder; {@code to} must not exist. */
  public void rename(String from, String to) {
    run(
        from,
        fs -> {
          Path target = new Path(to);
          if (fs.exists(target)) {
            throw new ConflictException(
                "Cannot move "
                    + from
                    + " to "
                    + to
                    + ": the target is there already; choose another output");
          }
          fs.mkdirs(target.getParent());
          if (!fs.rename(new Path(from), target)) {
            throw new IOException(
                "cannot be moved to " + to + "; does it exist, and may we write?");
          }
        });
  }

  /** Deletes a file or a folder with all it holds; nothing happens where nothing is. */
  public void delete(String path) {
    run(
        path,
        fs -> {
          Replacement.forget(fs, new Path(path));
          fs.delete(new Path(path), true);
        });
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
                    status.getLen(),
                    Instant.ofEpochMilli(status.getModificationTime())));
          }
          entries.sort(Comparator.comparing(StorageEntry::name));
          return entries;
        });
  }

  /** When a file, or anything in a folder, was changed last; empty where nothing is. */
  Optional<Instant> lastChange(String path) {
    return call(
        path,
        fs ->
            fs.exists(new Path(path))
                ? Optional.of(
                    Instant.ofEpochMilli(lastChange(fs, fs.getFileStatus(new Path(path)))))
                : Optional.empty());
  }

  private static long lastChange(FileSystem fs, FileStatus of) throws IOException {
    long newest = of.getModificationTime();
    if (of.isDirectory()) {
      for (FileStatus inside : fs.listStatus(of.getPath())) {
        newest = Math.max(newest, lastChange(fs, inside));
      }
    }
    return newest;
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

  /** Everybody but its superuser is told by HDFS that a path below a file is forbidden. */
  static boolean exists(FileSystem fs, Path path) throws IOException {
    try {
      return Replacement.exists(fs, path);
    } catch (AccessControlException e) {
      if (isFileOrBelowOne(fs, path.getParent())) {
        return false;
      }
      throw e;
    }
  }

  private static boolean isFileOrBelowOne(FileSystem fs, Path path) throws IOException {
    try {
      return path != null && fs.getFileStatus(path).isFile();
    } catch (AccessControlException e) {
      return isFileOrBelowOne(fs, path.getParent());
    }
  }

  /**
   * Where a path of a view really is: the file system there can do what a view cannot, such as
   * replacing a file at once.
   */
  private static Path behind(FileSystem fs, Path path) throws IOException {
    if (fs instanceof ViewFileSystem && path.getParent() != null) {
      fs.mkdirs(path.getParent()); // what is not there yet is nowhere
      return new Path(fs.resolvePath(path.getParent()), path.getName());
    }
    return path;
  }

  private <T> T call(String path, Call<T> call) {
    try {
      return call.on(fileSystem(PathName.of(path)));
    } catch (FSError e) { // Hadoop's way to say that a local disk is full
      throw new UncheckedIOException(path + ": " + e.getMessage(), new IOException(e));
    } catch (IOException e) {
      throw new UncheckedIOException(path + ": " + e.getMessage(), e);
    }
  }

  private FileSystem fileSystem(Path path) throws IOException {
    try {
      FileSystem fs = path.getFileSystem(configuration);
      // It cannot name the checksum file of a file with a colon in its name.
      return path.getName().contains(":") ? WholeFile.withoutChecksumFiles(fs) : fs;
    } catch (UnsupportedFileSystemException e) {
      throw unreachable(path, e);
    } catch (IOException e) {
      if (String.valueOf(e.getMessage()).contains("no host")) {
        throw PathName.withoutHost(path, e);
      }
      throw e;
    } catch (RuntimeException e) {
      if (e.getCause() instanceof ClassNotFoundException) {
        throw unreachable(path, e);
      }
      if (e.getCause() instanceof UnknownHostException unknown) {
        throw new IOException("unknown host " + unknown.getMessage(), unknown);
      }
      throw e;
    }
  }

  private static SettingsException unreachable(Path path, Exception cause) {
    return new SettingsException(
        path
            + " is on a file system that is not known here ("
            + cause.getMessage()
            + "); correct the word before the colon, or add the Hadoop connector for it, with"
            + " spark-submit --packages or on the class path",
        cause);
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
