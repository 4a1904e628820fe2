package org.meanfield.architecture.offences.jobs.ingest;

import org.apache.hadoop.fs.Path;
import org.meanfield.architecture.offences.jobs.train.Sibling;

/** Leans on another command, which leans back, and reads files by itself. */
public record CopiesItsSibling(Sibling sibling, Path file) {}
