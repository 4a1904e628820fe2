package org.meanfield.engine.torch;

import org.meanfield.error.SettingsException;

/** What this engine does not run: said by name when a network opens, never approximated. */
final class Refusal {
  private Refusal() {}

  /** A vertex that cannot run. */
  static SettingsException of(String vertex, Object what, String why) {
    return new SettingsException(
        "Layer '"
            + vertex
            + "' ("
            + what.getClass().getSimpleName()
            + ") does not run on engine 'torch': "
            + why
            + "; choose engine 'nd4j'");
  }

  /** Refuses unless a condition holds. */
  static void unless(boolean holds, String vertex, Object what, String why) {
    if (!holds) {
      throw of(vertex, what, why);
    }
  }
}
