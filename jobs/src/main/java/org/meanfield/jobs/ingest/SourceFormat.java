package org.meanfield.jobs.ingest;

import java.util.Locale;

/** The layouts in which labelled images come. */
enum SourceFormat {
  /** Look at the input and tell. */
  AUTO,
  /** A folder per class, optionally below {@code train/}, {@code validation/} and {@code test/}. */
  FOLDER,
  /** Pairs of IDX files of images and labels, gzipped or not, as MNIST's. */
  IDX,
  /** Parquet with a column of image bytes or paths and one of labels. */
  PARQUET,
  /** A text file with a line of path and label for each image. */
  CSV;

  /** The name in settings and manifests. */
  String id() {
    return name().toLowerCase(Locale.ROOT);
  }
}
