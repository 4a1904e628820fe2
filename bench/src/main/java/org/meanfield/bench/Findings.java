package org.meanfield.bench;

import java.util.List;

/**
 * What a part found.
 *
 * @param sections its tables
 * @param targets what they are held against
 */
record Findings(List<Section> sections, List<Target> targets) {
  /** Copies. */
  Findings {
    sections = List.copyOf(sections);
    targets = List.copyOf(targets);
  }
}
