package org.meanfield.jobs.ingest;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.api.java.function.FlatMapFunction;
import org.apache.spark.sql.SparkSession;
import org.meanfield.data.Split;
import org.meanfield.error.DataException;
import org.meanfield.jobs.spark.Parcel;
import org.meanfield.jobs.storage.ExecutorStorage;
import org.meanfield.jobs.storage.Storage;
import org.meanfield.jobs.storage.StorageEntry;

/**
 * A folder per class. The driver lists the input's own folder and the split folders in it; each
 * class folder is listed by a task, with everything below it.
 */
final class FolderSource {
  private FolderSource() {}

  static ImageSource open(SparkSession spark, Storage storage, String input) {
    List<StorageEntry> top = visible(storage, input);
    List<String> warnings = new ArrayList<>();
    List<ClassFolder> folders = new ArrayList<>();
    List<String> loose = new ArrayList<>();
    if (hasSplits(input, top, warnings)) {
      for (StorageEntry split : top) {
        if (!split.isFolder()) {
          loose.add(split.name());
          continue;
        }
        String id = Split.parse(split.name()).map(Split::id).orElseThrow();
        collect(visible(storage, split.path()), split.name() + "/", id, folders, loose);
      }
    } else {
      collect(top, "", null, folders, loose);
    }
    if (folders.isEmpty()) {
      throw new DataException(
          input + " has no class folders; expected a folder per class with images in it");
    }
    if (!loose.isEmpty()) {
      warnings.add(
          loose.size()
              + " files lie outside any class folder and were not read, e.g. "
              + loose.get(0));
    }
    ExecutorStorage remote = new ExecutorStorage(spark);
    JavaRDD<FileReference> files =
        JavaSparkContext.fromSparkContext(spark.sparkContext())
            .parallelize(folders.stream().map(Parcel::of).toList(), folders.size())
            .flatMap(new ListFolder(remote));
    List<String> classes = folders.stream().map(ClassFolder::label).distinct().toList();
    return ListedFiles.inFolders(remote, files, warnings, classes);
  }

  /**
   * True where the folders on top are splits. A single folder of a split's name among others is a
   * class: "train" is also a vehicle.
   */
  private static boolean hasSplits(String input, List<StorageEntry> top, List<String> warnings) {
    List<String> splits = new ArrayList<>();
    List<String> others = new ArrayList<>();
    for (StorageEntry entry : top) {
      if (entry.isFolder()) {
        Optional<Split> split = Split.parse(entry.name());
        (split.isPresent() ? splits : others).add(entry.name());
      }
    }
    if (splits.size() > 1 && !others.isEmpty()) {
      throw new DataException(
          input
              + " mixes split folders "
              + splits
              + " with others "
              + others.subList(0, Math.min(5, others.size()))
              + "; keep either only splits or only classes on top");
    }
    if (splits.size() == 1 && !others.isEmpty()) {
      warnings.add(
          "The folder '"
              + splits.get(0)
              + "' lies among class folders and was taken as a class, not as a split");
    }
    return !splits.isEmpty() && others.isEmpty();
  }

  private static void collect(
      List<StorageEntry> entries,
      String prefix,
      String split,
      List<ClassFolder> folders,
      List<String> loose) {
    for (StorageEntry entry : entries) {
      if (entry.isFolder()) {
        folders.add(new ClassFolder(entry.path(), prefix, entry.name(), split));
      } else {
        loose.add(prefix + entry.name());
      }
    }
  }

  private static List<StorageEntry> visible(Storage storage, String folder) {
    return storage.entries(folder).stream().filter(entry -> !entry.isHidden()).toList();
  }

  /**
   * @param prefix of origins: the split's folder, or nothing
   * @param label the class's name: folders below the split
   */
  private record ClassFolder(String path, String prefix, String label, String split)
      implements Serializable {
    private static final long serialVersionUID = 1L;
  }

  /** Lists one class folder and all folders below it, each a class of its own, in name order. */
  private record ListFolder(ExecutorStorage storage)
      implements FlatMapFunction<Parcel<ClassFolder>, FileReference> {
    private static final long serialVersionUID = 1L;

    /** Local disks follow a link that leads back 40 times. */
    private static final int DEEPEST = 30;

    @Override
    public Iterator<FileReference> call(Parcel<ClassFolder> folder) {
      List<FileReference> files = new ArrayList<>();
      list(folder.open(), files);
      return files.iterator();
    }

    private void list(ClassFolder folder, List<FileReference> files) {
      if (folder.label().chars().filter(c -> c == '/').count() > DEEPEST) {
        throw new DataException(
            folder.path()
                + " lies more than "
                + DEEPEST
                + " folders below its class folder: a link seems to lead back to a folder above it;"
                + " remove the link");
      }
      for (StorageEntry entry : visible(storage.storage(), folder.path())) {
        String name = folder.label() + "/" + entry.name();
        if (entry.isFolder()) {
          list(new ClassFolder(entry.path(), folder.prefix(), name, folder.split()), files);
        } else {
          files.add(
              new FileReference(
                  folder.prefix() + name, entry.path(), folder.label(), folder.split()));
        }
      }
    }
  }
}
