package org.meanfield.evaluate;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;

/**
 * The most confident mistakes, at most {@link #LIMIT} of them. What survives depends only on the
 * mistakes seen, not on their order: the order among mistakes is total.
 */
final class WorstMistakes implements Serializable {
  static final int LIMIT = 48;
  private static final long serialVersionUID = 1L;
  private final ArrayList<Mistake> mistakes = new ArrayList<>(); // in order, the worst first

  /** Keeps a mistake where it is among the worst. */
  void add(Mistake mistake) {
    int at = mistakes.size();
    while (at > 0 && Mistake.MOST_CONFIDENT_FIRST.compare(mistake, mistakes.get(at - 1)) < 0) {
      at--;
    }
    if (at < LIMIT) {
      mistakes.add(at, mistake);
      if (mistakes.size() > LIMIT) {
        mistakes.remove(LIMIT);
      }
    }
  }

  /** Keeps the worst of both. */
  void merge(WorstMistakes other) {
    other.mistakes.forEach(this::add);
  }

  /** The worst first. */
  List<Mistake> list() {
    return List.copyOf(mistakes);
  }
}
