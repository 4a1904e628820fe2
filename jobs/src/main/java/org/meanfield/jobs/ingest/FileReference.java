package org.meanfield.jobs.ingest;

import java.io.FileNotFoundException;
import java.io.Serializable;
import java.io.UncheckedIOException;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.function.Function;
import org.meanfield.error.SettingsException;
import org.meanfield.jobs.storage.ExecutorStorage;

/**
 * An image file that is named but not read yet: shuffled, and so no record, which Kryo cannot read.
 */
final class FileReference implements Serializable {
  private static final long serialVersionUID = 1L;

  /** Small enough to spread well and to show progress, large enough to amortise a task. */
  private static final int FILES_PER_TASK = 1000;

  private static final int MAX_TASKS = 20_000;

  private final String origin;
  private final String path;
  private final String label;
  private final String split;
  private final String weight;

  /**
   * With the weight that its table gives it.
   *
   * @param origin what the data set calls it
   * @param path absolute URI; null where a table leaves it empty
   * @param label as in {@link SourceImage}
   * @param split as in {@link SourceImage}
   * @param weight as in {@link SourceImage}
   */
  FileReference(String origin, String path, String label, String split, String weight) {
    this.origin = origin;
    this.path = path;
    this.label = label;
    this.split = split;
    this.weight = weight;
  }

  /** Of a source without weights. */
  FileReference(String origin, String path, String label, String split) {
    this(origin, path, label, split, null);
  }

  /** Reads the files in tasks of equal size, whatever the sizes of the listed folders. */
  static JavaRDD<SourceImage> readAll(
      JavaRDD<FileReference> files, long count, ExecutorStorage storage) {
    return files.repartition(tasks(count)).map(new Read(storage));
  }

  private static int tasks(long count) {
    return (int) Math.max(1, Math.min(MAX_TASKS, (count + FILES_PER_TASK - 1) / FILES_PER_TASK));
  }

  /**
   * Reads one file. A missing file is the input's fault; other failures let the task be retried.
   */
  record Read(ExecutorStorage storage) implements Function<FileReference, SourceImage> {
    private static final long serialVersionUID = 1L;

    @Override
    public SourceImage call(FileReference file) {
      if (file.path == null) {
        return SourceImage.unreadable(file.origin, "The path is empty", file.label, file.split);
      }
      try {
        byte[] encoded = storage.storage().read(file.path);
        return SourceImage.readable(file.origin, encoded, file.label, file.split)
            .weighing(file.weight);
      } catch (UncheckedIOException e) {
        if (e.getCause() instanceof FileNotFoundException) {
          return SourceImage.unreadable(file.origin, e.getMessage(), file.label, file.split);
        }
        throw e;
      } catch (SettingsException e) {
        // A path of the table that names no file system there is, such as C:/images/1.png.
        return SourceImage.unreadable(file.origin, e.getMessage(), file.label, file.split);
      }
    }
  }
}
