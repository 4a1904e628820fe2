package org.meanfield.jobs.serve;

/**
 * An export that shall be served.
 *
 * @param version what answers say about where they come from
 * @param folder of the export
 */
record ExportLocation(String version, String folder) {}
