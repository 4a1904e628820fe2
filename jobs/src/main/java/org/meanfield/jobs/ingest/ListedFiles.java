package org.meanfield.jobs.ingest;

import java.util.List;
import java.util.Optional;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.storage.StorageLevel;
import org.meanfield.jobs.storage.ExecutorStorage;

/** Images that are a file each, however they were listed. The list is kept: it is read twice. */
final class ListedFiles implements ImageSource {
  private final SourceFormat format;
  private final ExecutorStorage storage;
  private final JavaRDD<FileReference> files;
  private final List<String> warnings;
  private final List<String> classFolders;
  private final Optional<String> weightColumn;
  private long count = -1;

  /** Files in folders, which have no weights. */
  static ListedFiles inFolders(
      ExecutorStorage storage,
      JavaRDD<FileReference> files,
      List<String> warnings,
      List<String> classFolders) {
    return new ListedFiles(
        SourceFormat.FOLDER, storage, files, warnings, classFolders, Optional.empty());
  }

  /** Files that a table names. */
  static ListedFiles inTable(
      ExecutorStorage storage, JavaRDD<FileReference> files, Optional<String> weightColumn) {
    return new ListedFiles(SourceFormat.CSV, storage, files, List.of(), List.of(), weightColumn);
  }

  private ListedFiles(
      SourceFormat format,
      ExecutorStorage storage,
      JavaRDD<FileReference> files,
      List<String> warnings,
      List<String> classFolders,
      Optional<String> weightColumn) {
    this.weightColumn = weightColumn;
    this.classFolders = List.copyOf(classFolders);
    this.format = format;
    this.storage = storage;
    this.files = files.persist(StorageLevel.MEMORY_AND_DISK());
    this.warnings = List.copyOf(warnings);
  }

  @Override
  public String format() {
    return format.id();
  }

  @Override
  public long count() {
    if (count < 0) {
      count = files.count();
    }
    return count;
  }

  @Override
  public JavaRDD<SourceImage> images() {
    return FileReference.readAll(files, count(), storage);
  }

  @Override
  public List<String> warnings() {
    return warnings;
  }

  @Override
  public List<String> classFolders() {
    return classFolders;
  }

  @Override
  public Optional<String> weightColumn() {
    return weightColumn;
  }

  @Override
  public void release() {
    files.unpersist();
  }
}
