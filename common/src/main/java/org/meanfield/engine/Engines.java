package org.meanfield.engine;

import java.util.List;
import org.meanfield.engine.nd4j.Nd4jEngine;
import org.meanfield.error.SettingsException;

/** The engines by name. */
public final class Engines {
  /** Take the fastest engine whose natives are there. */
  public static final String AUTO = "auto";

  private Engines() {}

  /** Every name that {@link #named} takes. */
  public static List<String> names() {
    return List.of(AUTO, Nd4jEngine.NAME, "torch");
  }

  /**
   * The engine of that name, its natives loaded.
   *
   * @throws SettingsException where this build has no such engine
   */
  public static Engine named(String name) {
    return switch (name) {
      case AUTO, Nd4jEngine.NAME -> new Nd4jEngine();
      default ->
          throw new SettingsException(
              "Engine '"
                  + name
                  + "' is not in this build; engines here: "
                  + AUTO
                  + ", "
                  + Nd4jEngine.NAME);
    };
  }
}
