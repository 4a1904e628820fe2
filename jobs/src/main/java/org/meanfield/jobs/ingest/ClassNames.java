package org.meanfield.jobs.ingest;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.spark.sql.api.java.UDF1;
import org.meanfield.data.ClassIndex;
import org.meanfield.error.DataException;

/**
 * The classes and which label of the source means which. As a function: the source's label to its
 * position.
 *
 * @param names in label order
 * @param positions the source's label to its position
 */
record ClassNames(List<String> names, Map<String, Integer> positions)
    implements UDF1<String, Integer>, Serializable {
  private static final long serialVersionUID = 1L;

  private static final int SHOWN = 5;

  ClassNames {
    names = List.copyOf(names);
    positions = Map.copyOf(positions);
  }

  /**
   * Without configured names: the labels, sorted, by value where all are numbers. With them: their
   * order, and each label is one of the names or a position in the list.
   *
   * @throws DataException where a label is neither
   */
  static ClassNames resolve(Set<String> labels, List<String> configured) {
    Map<String, Integer> positions = new HashMap<>();
    if (configured.isEmpty()) {
      List<String> names = new ArrayList<>(labels);
      names.sort(
          labels.stream().allMatch(ClassNames::isNumber)
              ? Comparator.comparingInt(Integer::parseInt)
              : Comparator.naturalOrder());
      names.forEach(name -> positions.put(name, positions.size()));
      return new ClassNames(names, positions);
    }
    List<String> unknown = new ArrayList<>();
    for (String label : labels) {
      int position = configured.indexOf(label);
      if (position < 0 && isNumber(label)) {
        position = Integer.parseInt(label);
      }
      if (position < 0 || position >= configured.size()) {
        unknown.add(label);
      } else {
        positions.put(label, position);
      }
    }
    if (!unknown.isEmpty()) {
      throw new DataException(
          unknown.size()
              + " labels of the input are none of the "
              + configured.size()
              + " in ingest.class-names, nor a position among them: "
              + unknown.subList(0, Math.min(SHOWN, unknown.size()))
              + (unknown.size() > SHOWN ? " ..." : ""));
    }
    return new ClassNames(configured, positions);
  }

  ClassIndex index() {
    return new ClassIndex(names);
  }

  @Override
  public Integer call(String label) {
    return positions.get(label);
  }

  private static boolean isNumber(String label) {
    return label.matches("\\d{1,8}");
  }
}
