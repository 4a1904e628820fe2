package org.meanfield.evaluate;

/**
 * The examples whose highest probability lies in one range.
 *
 * @param from exclusive lower end of the range (inclusive for the first)
 * @param to inclusive upper end
 * @param examples how many lie in it
 * @param confidence their mean highest probability; 0 where the bin is empty
 * @param accuracy the share of them that is right; 0 where the bin is empty
 */
public record CalibrationBin(
    double from, double to, long examples, double confidence, double accuracy) {}
