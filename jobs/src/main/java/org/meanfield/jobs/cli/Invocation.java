package org.meanfield.jobs.cli;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What one command line asks for, as parsed and not yet checked against the settings.
 *
 * @param job the command
 * @param files {@code --conf}, in order; later ones win
 * @param options short options given: setting key to text
 * @param assignments {@code --set}, in order, unparsed
 * @param master {@code --master}
 * @param sparkProperties {@code --spark-conf}
 * @param request what to do with them
 * @param problems what parsing found wrong, for one report together with the settings' problems
 */
record Invocation(
    Job job,
    List<String> files,
    Map<String, String> options,
    List<String> assignments,
    Optional<String> master,
    Map<String, String> sparkProperties,
    Request request,
    List<String> problems) {

  /** What to do with the settings. */
  enum Request {
    RUN,
    PRINT_SETTINGS
  }
}
