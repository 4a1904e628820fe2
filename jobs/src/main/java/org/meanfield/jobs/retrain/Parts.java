package org.meanfield.jobs.retrain;

import java.util.ArrayList;
import java.util.List;

/**
 * The data sets of a run: those known before it, and those that are new, each the oldest first.
 *
 * @param known the base among them
 * @param fresh the new deliveries
 * @param testOwners names of the parts whose test splits are the frozen one; of all others the test
 *     split is trained on
 */
record Parts(List<Part> known, List<Part> fresh, List<String> testOwners) {
  /** Copies the lists. */
  Parts {
    known = List.copyOf(known);
    fresh = List.copyOf(fresh);
    testOwners = List.copyOf(testOwners);
  }

  /** All of them, the oldest first. */
  List<Part> all() {
    List<Part> all = new ArrayList<>(known);
    all.addAll(fresh);
    return all;
  }

  /** Whether images of any part have weights of their own. */
  boolean areWeighted() {
    return all().stream().anyMatch(Part::isWeighted);
  }

  boolean ownsTest(Part part) {
    return testOwners.contains(part.name());
  }

  /**
   * Class names in the order in which they came: that of the first part, then what each later one
   * adds. So a version's classes begin with those of the version before, in the same order.
   */
  List<String> classes() {
    List<String> names = new ArrayList<>();
    for (Part part : all()) {
      part.classes().stream().filter(name -> !names.contains(name)).forEach(names::add);
    }
    return List.copyOf(names);
  }
}
