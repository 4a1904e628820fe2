package org.meanfield.jobs.retrain;

import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;

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

  boolean ownsTest(Part part) {
    return testOwners.contains(part.name());
  }

  /** Class names: the known ones in their order, then new ones by name. */
  List<String> classes() {
    List<String> names = new ArrayList<>(knownClasses());
    TreeSet<String> more = new TreeSet<>();
    fresh.forEach(part -> more.addAll(part.classes()));
    more.removeAll(names);
    names.addAll(more);
    return List.copyOf(names);
  }

  /** Classes before the new deliveries came, in their order. */
  List<String> knownClasses() {
    List<String> names = new ArrayList<>();
    for (Part part : known) {
      part.classes().stream().filter(name -> !names.contains(name)).forEach(names::add);
    }
    return List.copyOf(names);
  }
}
