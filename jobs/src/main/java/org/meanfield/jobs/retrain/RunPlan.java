package org.meanfield.jobs.retrain;

import java.util.ArrayList;
import java.util.List;

/**
 * What one run is about: written when it starts, and the same for every process that goes on with
 * it.
 *
 * @param formatVersion 1
 * @param runId its name
 * @param created UTC, ISO 8601
 * @param settingsDigest of every setting that the result depends on
 * @param base URI of the data set that everything builds on; null where deliveries alone do
 * @param known deliveries that earlier runs used, the oldest first
 * @param fresh deliveries that this run uses for the first time, in the order of their names
 * @param testOwners names of the parts whose test splits are the frozen test split
 * @param champion the version whose weights training starts from; null for a fresh start
 * @param why what made it due
 * @param images the new deliveries in numbers
 */
record RunPlan(
    int formatVersion,
    String runId,
    String created,
    String settingsDigest,
    String base,
    List<String> known,
    List<String> fresh,
    List<String> testOwners,
    Integer champion,
    String why,
    NewImages images) {
  static final int FORMAT_VERSION = 1;

  /** Copies the lists. */
  RunPlan {
    known = List.copyOf(known);
    fresh = List.copyOf(fresh);
    testOwners = List.copyOf(testOwners);
  }

  /** The same, named, and due. */
  RunPlan due(String id, String reason, NewImages numbers) {
    return new RunPlan(
        formatVersion,
        id,
        created,
        settingsDigest,
        base,
        known,
        fresh,
        testOwners,
        champion,
        reason,
        numbers);
  }

  /** All deliveries, the oldest first. */
  List<String> deliveries() {
    List<String> all = new ArrayList<>(known);
    all.addAll(fresh);
    return all;
  }
}
