package org.meanfield.evaluate;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * How often each class was taken for each other. Grows example by example, merges in any order to
 * the same counts, and holds only pairs that occurred, so that many classes cost nothing while the
 * matrix travels.
 */
public final class ConfusionMatrix implements Serializable {
  private static final long serialVersionUID = 1L;
  private final int classes;
  private final TreeMap<Long, Long> counts = new TreeMap<>(); // key: actual * classes + predicted

  /** An empty matrix. */
  public ConfusionMatrix(int classes) {
    if (classes < 1) {
      throw new IllegalArgumentException(
          "A confusion matrix needs a class; found " + classes + " classes");
    }
    this.classes = classes;
  }

  /** Number of classes K. */
  public int classes() {
    return classes;
  }

  /** Counts one example. Errors: labels outside [0, K). */
  public void add(int actual, int predicted) {
    counts.merge(key(actual, predicted), 1L, Long::sum);
  }

  /** Adds all counts of another matrix over the same classes. */
  public void merge(ConfusionMatrix other) {
    if (other.classes != classes) {
      throw new IllegalArgumentException(
          "Confusion matrices of "
              + classes
              + " and of "
              + other.classes
              + " classes cannot be merged");
    }
    other.counts.forEach((key, count) -> counts.merge(key, count, Long::sum));
  }

  /** Examples of class {@code actual} that were taken for {@code predicted}. */
  public long count(int actual, int predicted) {
    return counts.getOrDefault(key(actual, predicted), 0L);
  }

  /** All examples. */
  public long total() {
    return counts.values().stream().mapToLong(Long::longValue).sum();
  }

  /** Examples on the diagonal. */
  public long correct() {
    long correct = 0;
    for (int label = 0; label < classes; label++) {
      correct += count(label, label);
    }
    return correct;
  }

  /** The matrix written out: a row per true class, a column per predicted class. */
  public List<List<Long>> rows() {
    long[][] dense = new long[classes][classes];
    for (Map.Entry<Long, Long> entry : counts.entrySet()) {
      dense[(int) (entry.getKey() / classes)][(int) (entry.getKey() % classes)] = entry.getValue();
    }
    List<List<Long>> rows = new ArrayList<>(classes);
    for (long[] row : dense) {
      List<Long> values = new ArrayList<>(classes);
      for (long count : row) {
        values.add(count);
      }
      rows.add(List.copyOf(values));
    }
    return List.copyOf(rows);
  }

  /**
   * Precision, recall and F1 of every class, in label order. A ratio whose denominator is 0 is 0.
   * Source: van Rijsbergen, Information Retrieval, 1979.
   *
   * @param names one per class
   */
  List<ClassFigures> figures(List<String> names) {
    long[] support = new long[classes];
    long[] predicted = new long[classes];
    counts.forEach(
        (key, count) -> {
          support[(int) (key / classes)] += count;
          predicted[(int) (key % classes)] += count;
        });
    List<ClassFigures> figures = new ArrayList<>(classes);
    for (int label = 0; label < classes; label++) {
      figures.add(
          ClassFigures.of(
              names.get(label), label, count(label, label), support[label], predicted[label]));
    }
    return List.copyOf(figures);
  }

  private long key(int actual, int predicted) {
    if (actual < 0 || actual >= classes || predicted < 0 || predicted >= classes) {
      throw new IllegalArgumentException(
          "Labels must be in 0.."
              + (classes - 1)
              + "; found true label "
              + actual
              + " and predicted label "
              + predicted);
    }
    return (long) actual * classes + predicted;
  }
}
