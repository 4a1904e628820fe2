package org.meanfield.jobs.ingest;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.count;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.min;
import static org.apache.spark.sql.functions.struct;

import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.meanfield.error.DataException;

/**
 * What the check found, in numbers that fit the driver.
 *
 * @param accepted inputs that can be used, duplicates included
 * @param labels of accepted inputs, as the source writes them
 * @param splits ids of the splits that the source gives accepted inputs
 * @param rejects by reason
 */
record CheckSummary(
    long accepted, Set<String> labels, Set<String> splits, Map<String, Rejects> rejects) {
  private static final int REASONS_SHOWN = 5;

  /** Rejected inputs with one reason, and the example with the smallest origin. */
  record Rejects(long count, String origin, String detail) {
    Rejects merge(Rejects other) {
      Rejects first = origin.compareTo(other.origin) <= 0 ? this : other;
      return new Rejects(count + other.count, first.origin, first.detail);
    }
  }

  static CheckSummary of(Dataset<Row> checked) {
    List<Row> groups =
        checked
            .groupBy("reason", "label", "split")
            .agg(count(lit(1)), min(struct(col("origin"), col("detail"))))
            .collectAsList();
    long accepted = 0;
    Set<String> labels = new TreeSet<>();
    Set<String> splits = new TreeSet<>();
    Map<String, Rejects> rejects = new TreeMap<>();
    for (Row group : groups) {
      if (group.isNullAt(0)) {
        accepted += group.getLong(3);
        labels.add(group.getString(1));
        if (!group.isNullAt(2)) {
          splits.add(group.getString(2));
        }
      } else {
        Row example = group.getStruct(4);
        Rejects more = new Rejects(group.getLong(3), example.getString(0), example.getString(1));
        rejects.merge(group.getString(0), more, Rejects::merge);
      }
    }
    return new CheckSummary(accepted, labels, splits, rejects);
  }

  long rejected() {
    return rejects.values().stream().mapToLong(Rejects::count).sum();
  }

  /**
   * Refuses inputs of which too many are bad, or none is good.
   *
   * @throws DataException naming the five commonest reasons with an example each
   */
  void requireEnough(String source, double maxRejectFraction) {
    long inputs = accepted + rejected();
    if (inputs == 0) {
      throw new DataException(source + " holds no images; check ingest.input and ingest.format");
    }
    double fraction = (double) rejected() / inputs;
    if (accepted == 0 || fraction > maxRejectFraction) {
      throw new DataException(
          source
              + ": "
              + rejected()
              + " of "
              + inputs
              + " inputs cannot be used, more than ingest.max-reject-fraction = "
              + maxRejectFraction
              + " allows; the commonest reasons:"
              + reasons()
              + "\n  Every one is listed in the output's rejects/. Mend or remove them, or raise"
              + " the limit.");
    }
  }

  /** A line per reason, the commonest first, each with an example. */
  String reasons() {
    StringBuilder text = new StringBuilder();
    rejects.entrySet().stream()
        .sorted(
            Comparator.comparingLong((Map.Entry<String, Rejects> e) -> -e.getValue().count())
                .thenComparing(Map.Entry::getKey))
        .limit(REASONS_SHOWN)
        .forEach(
            entry ->
                text.append("\n  ")
                    .append(entry.getValue().count())
                    .append(" ")
                    .append(entry.getKey())
                    .append(", e.g. ")
                    .append(entry.getValue().origin())
                    .append(": ")
                    .append(entry.getValue().detail()));
    return text.toString();
  }
}
