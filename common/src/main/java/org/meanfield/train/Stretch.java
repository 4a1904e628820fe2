package org.meanfield.train;

import java.io.Serializable;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Consecutive rounds that a runner does on its own, and those on the way whose merged state is
 * wanted too.
 *
 * @param rounds at least one, in order; the state after the last is what the runner gives back
 * @param kept numbers of rounds before the last whose merged state is told with them
 */
public record Stretch(List<Round> rounds, Set<Integer> kept) implements Serializable {

  /** Copies, and leaves the last round out of those to keep. */
  public Stretch {
    rounds = List.copyOf(rounds);
    Set<Integer> onTheWay = new HashSet<>(kept);
    onTheWay.remove(rounds.get(rounds.size() - 1).number());
    kept = Set.copyOf(onTheWay);
  }

  /** True where the merged state of a round is wanted with it. */
  public boolean keeps(Round round) {
    return kept.contains(round.number());
  }

  /** What is left from a position on. */
  public Stretch from(int index) {
    return new Stretch(rounds.subList(index, rounds.size()), kept);
  }
}
