package org.meanfield.jobs.ingest;

import java.util.List;
import java.util.Optional;
import org.apache.spark.api.java.JavaPairRDD;
import org.apache.spark.api.java.JavaRDD;
import org.meanfield.data.ImageFiles;

/** Labelled images in one of the source formats; listing and reading happen on the executors. */
sealed interface ImageSource permits IdxSource, ParquetSource, ListedFiles, RowSource {
  /** The id of a format, or {@value RowSource#FORMAT}. */
  String format();

  /** Number of inputs, found without reading images. */
  long count();

  /** All inputs, in an order and partitioning that a repeated task reproduces. */
  JavaRDD<SourceImage> images();

  /**
   * All inputs, each with a number of its own; where images stay in place, with the image's
   * address.
   */
  default JavaPairRDD<SourceImage, Long> numbered() {
    return images().zipWithUniqueId();
  }

  /** Where the images lie for good, so that they need not be written; empty where they do. */
  default Optional<ImageFiles> inPlace() {
    return Optional.empty();
  }

  /** What a person should know about the input, a sentence each. */
  List<String> warnings();

  /** Names of the folders that stand for classes, whether or not they hold images. */
  default List<String> classFolders() {
    return List.of();
  }

  /** The column with a weight for each input; empty where the source gives none. */
  default Optional<String> weightColumn() {
    return Optional.empty();
  }

  /** Frees what {@link #count} and {@link #images} cached. */
  default void release() {}
}
