package org.meanfield.jobs.serve;

import java.util.Optional;

/** Where the model to serve is found. */
interface ModelSource {
  /** The export that should answer now; empty where there is none yet. */
  Optional<ExportLocation> wanted();
}
