package org.meanfield.config;

import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/** Finds what someone probably meant. Source: Levenshtein distance (1966), two rows. */
public final class NearestName {
  private NearestName() {}

  /**
   * The known name closest to {@code name}, where at most a third of its letters differ or it has
   * the same last part.
   */
  public static Optional<String> find(String name, List<String> known) {
    return known.stream()
        .min(Comparator.comparingInt(candidate -> distance(name, candidate)))
        .filter(
            best ->
                distance(name, best) <= Math.max(2, name.length() / 3) || sameLastPart(name, best))
        .or(() -> known.stream().filter(candidate -> sameLastPart(name, candidate)).findFirst());
  }

  private static boolean sameLastPart(String a, String b) {
    return a.substring(a.lastIndexOf('.') + 1).equals(b.substring(b.lastIndexOf('.') + 1));
  }

  private static int distance(String a, String b) {
    int[] above = new int[b.length() + 1];
    for (int j = 0; j <= b.length(); j++) {
      above[j] = j;
    }
    for (int i = 1; i <= a.length(); i++) {
      int[] row = new int[b.length() + 1];
      row[0] = i;
      for (int j = 1; j <= b.length(); j++) {
        int replaced = above[j - 1] + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
        row[j] = Math.min(replaced, Math.min(above[j], row[j - 1]) + 1);
      }
      above = row;
    }
    return above[b.length()];
  }
}
