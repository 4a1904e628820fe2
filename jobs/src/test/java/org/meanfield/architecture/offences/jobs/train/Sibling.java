package org.meanfield.architecture.offences.jobs.train;

import org.meanfield.architecture.offences.jobs.ingest.CopiesItsSibling;

/** The other half of a cycle. */
public record Sibling(CopiesItsSibling back) {}
