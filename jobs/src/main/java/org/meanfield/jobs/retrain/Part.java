package org.meanfield.jobs.retrain;

import java.util.List;
import org.meanfield.data.DatasetManifest;
import org.meanfield.jobs.storage.DatasetFiles;

/**
 * One of the data sets that a version is made of: the base, or a delivery.
 *
 * @param name of the delivery, or {@link #BASE}
 * @param data its images
 */
record Part(String name, DatasetFiles data) {
  /** The name of the base data set; no delivery has it, as it would be a hidden file. */
  static final String BASE = ".base";

  DatasetManifest manifest() {
    return data.manifest();
  }

  /** Whether its images have weights of their own. */
  boolean isWeighted() {
    return manifest().weights().isPresent();
  }

  List<String> classes() {
    return manifest().classes().names();
  }

  /** Images that are there and can be used. */
  long images() {
    return manifest().examples();
  }

  /** Images that came, whether they can be used or not. */
  long inputs() {
    return images() + manifest().rejected() + manifest().duplicates().dropped();
  }
}
