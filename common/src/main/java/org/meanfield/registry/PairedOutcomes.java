package org.meanfield.registry;

import java.util.Map;
import java.util.Optional;

/**
 * Two models on the same examples, counted by who is right. Only the examples on which they differ
 * say which one is better.
 *
 * @param bothRight examples that both get right
 * @param onlyChampion right by the champion alone
 * @param onlyChallenger right by the challenger alone
 * @param bothWrong examples that both get wrong
 */
public record PairedOutcomes(
    long bothRight, long onlyChampion, long onlyChallenger, long bothWrong) {

  /** Checks the counts. */
  public PairedOutcomes {
    if (Math.min(Math.min(bothRight, bothWrong), Math.min(onlyChampion, onlyChallenger)) < 0) {
      throw new IllegalArgumentException("Counts are never negative");
    }
  }

  /** Counts; empty where the two do not answer for the same examples with the same labels. */
  public static Optional<PairedOutcomes> of(Predictions champion, Predictions challenger) {
    if (champion.byId().size() != challenger.byId().size()) {
      return Optional.empty();
    }
    long[] counts = new long[4];
    for (Map.Entry<String, Predictions.Answer> entry : champion.byId().entrySet()) {
      Predictions.Answer own = entry.getValue();
      Predictions.Answer other = challenger.byId().get(entry.getKey());
      if (other == null || other.label() != own.label()) {
        return Optional.empty();
      }
      counts[(own.isRight() ? 0 : 2) + (other.isRight() ? 0 : 1)]++;
    }
    return Optional.of(new PairedOutcomes(counts[0], counts[1], counts[2], counts[3]));
  }

  /** All examples. */
  public long examples() {
    return bothRight + onlyChampion + onlyChallenger + bothWrong;
  }

  /** Examples that exactly one of the two gets right. */
  public long discordant() {
    return onlyChampion + onlyChallenger;
  }

  /** The challenger's accuracy less the champion's; 0 without examples. */
  public double gain() {
    return examples() == 0 ? 0 : (double) (onlyChallenger - onlyChampion) / examples();
  }
}
