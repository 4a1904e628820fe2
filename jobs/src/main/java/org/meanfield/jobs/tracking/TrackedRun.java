package org.meanfield.jobs.tracking;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * A run as MLflow is to know it.
 *
 * @param runId our own: by it a run is found again, whichever process goes on with it
 * @param name for a person
 * @param parameters every setting, by key
 * @param tags what else is known when it starts, by key
 */
public record TrackedRun(
    String runId, String name, Map<String, String> parameters, Map<String, String> tags) {
  /** Leads our own tags. */
  public static final String TAG_PREFIX = "meanfield.";

  /** The tag that holds {@link #runId}. */
  static final String RUN_ID_TAG = TAG_PREFIX + "run-id";

  /** Copies the maps, keeping their order. */
  public TrackedRun {
    parameters = new LinkedHashMap<>(parameters);
    tags = new LinkedHashMap<>(tags);
  }
}
