package org.meanfield.data;

import java.io.Serializable;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The classes of a data set in their fixed order: a label is a position in this list.
 *
 * @param names class names, unique, at least one
 */
public record ClassIndex(List<String> names) implements Serializable {

  /** Copies and checks the names. */
  public ClassIndex {
    names = List.copyOf(names);
    if (names.isEmpty()) {
      throw new IllegalArgumentException("A class index needs at least one class");
    }
    Map<String, Integer> seen = new HashMap<>();
    for (int label = 0; label < names.size(); label++) {
      Integer earlier = seen.put(names.get(label), label);
      if (earlier != null) {
        throw new IllegalArgumentException(
            "Class '" + names.get(label) + "' is listed twice, as " + earlier + " and " + label);
      }
    }
  }

  /** Number of classes. */
  public int size() {
    return names.size();
  }

  /** Name of a label in [0, size). */
  public String name(int label) {
    return names.get(label);
  }

  /** Label of a class name, or -1 where no class has that name. */
  public int label(String name) {
    return names.indexOf(name);
  }
}
