package org.meanfield.jobs.serve;

import java.util.Optional;

/**
 * One export for as long as the server runs.
 *
 * @param location of it
 */
record FixedExport(ExportLocation location) implements ModelSource {
  @Override
  public Optional<ExportLocation> wanted() {
    return Optional.of(location);
  }
}
