package org.meanfield.data;

import java.util.List;

/**
 * Assigns an example to a split by its content id alone. The same content always lands in the same
 * split, whatever else is in the data set, so adding images never moves one, and identical bytes
 * never lie in two splits.
 *
 * @param train share of the training split, 0..1
 * @param validation share of the validation split, 0..1
 * @param test share of the test split, 0..1; the three sum to 1
 */
public record SplitRule(double train, double validation, double test) {
  /** Hex digits of the id that are used: 52 bits, all of which a double holds exactly. */
  private static final int DIGITS = 13;

  private static final double RANGE = 0x1p52;

  /** Checks the shares. */
  public SplitRule {
    boolean inRange = train >= 0 && validation >= 0 && test >= 0;
    if (!inRange || Math.abs(train + validation + test - 1) > 1e-6) {
      throw new IllegalArgumentException(
          "Split shares must be 0 or more and sum to 1; found "
              + List.of(train, validation, test)
              + " (train, validation, test)");
    }
  }

  /** Leaves everything in the training split but a share that goes to validation. */
  public static SplitRule validationOnly(double validation) {
    return new SplitRule(1 - validation, validation, 0);
  }

  /**
   * The split of an example.
   *
   * @param contentId SHA-256 of the image bytes, in hex
   */
  public Split splitOf(String contentId) {
    double position = Long.parseLong(contentId.substring(0, DIGITS), 16) / RANGE;
    if (position < test) {
      return Split.TEST;
    }
    return position < test + validation ? Split.VALIDATION : Split.TRAIN;
  }
}
