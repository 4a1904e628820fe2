package org.meanfield.jobs.retrain;

import java.util.Map;

/**
 * One step of a retrain. A process may be killed anywhere in it: given again it goes on or starts
 * over, and ends the same. What it returns is committed once, and then it is not run again.
 */
interface Step {
  /** Its name in files and on the console. */
  String name();

  /** Does the work; the figures are what later steps, and people, need of it. */
  Map<String, Object> run(Retraining retraining);
}
