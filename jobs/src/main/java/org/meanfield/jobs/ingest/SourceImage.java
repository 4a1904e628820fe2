package org.meanfield.jobs.ingest;

import java.io.Serializable;

/**
 * One input as its source gives it, before any check.
 *
 * @param origin where it lies, relative to the input; unique in the source and the same wherever
 *     the input is mounted
 * @param encoded the encoded image; null where it cannot be read
 * @param problem why it cannot be read; null where it can
 * @param label the class's name, or its number as text; null or blank where there is none
 * @param split id of the split that the source gives; null where it gives none
 */
@SuppressWarnings("ArrayRecordComponent") // A carrier between two steps of a task, never compared.
record SourceImage(String origin, byte[] encoded, String problem, String label, String split)
    implements Serializable {
  private static final long serialVersionUID = 1L;

  static SourceImage readable(String origin, byte[] encoded, String label, String split) {
    return new SourceImage(origin, encoded, null, label, split);
  }

  static SourceImage unreadable(String origin, String problem, String label, String split) {
    return new SourceImage(origin, null, problem, label, split);
  }
}
