package org.meanfield.data;

import java.util.Locale;
import java.util.Optional;

/** The three disjoint parts of a data set. */
public enum Split {
  /** Shown to the network. */
  TRAIN,
  /** Steers training, never shown. */
  VALIDATION,
  /** Judges the result, used for nothing else. */
  TEST;

  /**
   * The name in paths, files and on the command line: {@code train}, {@code validation}, {@code
   * test}.
   */
  public String id() {
    return name().toLowerCase(Locale.ROOT);
  }

  /**
   * The split of that name; {@code val} and {@code valid} mean validation. Empty where nothing
   * matches.
   */
  public static Optional<Split> parse(String name) {
    return switch (name.toLowerCase(Locale.ROOT)) {
      case "train", "training" -> Optional.of(TRAIN);
      case "validation", "val", "valid" -> Optional.of(VALIDATION);
      case "test", "testing" -> Optional.of(TEST);
      default -> Optional.empty();
    };
  }
}
