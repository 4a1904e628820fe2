package org.meanfield.evaluate;

/**
 * How well one class is recognised.
 *
 * @param name of the class
 * @param label its position in the class index
 * @param precision of the examples taken for this class, the share that belong to it; 0 where none
 *     was
 * @param recall of the examples of this class, the share recognised; 0 where there is none
 * @param f1 harmonic mean of precision and recall; 0 where both are
 * @param support examples of this class
 * @param predicted examples taken for this class
 */
public record ClassFigures(
    String name,
    int label,
    double precision,
    double recall,
    double f1,
    long support,
    long predicted) {

  static ClassFigures of(String name, int label, long hits, long support, long predicted) {
    return new ClassFigures(
        name,
        label,
        ratio(hits, predicted),
        ratio(hits, support),
        // 2PR / (P + R) with the two ratios written out: one rounding instead of four.
        ratio(2 * hits, support + predicted),
        support,
        predicted);
  }

  private static double ratio(long part, long whole) {
    return whole == 0 ? 0 : (double) part / whole;
  }
}
