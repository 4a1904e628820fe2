package org.meanfield.export;

/**
 * How well an exported model agrees with the trained one on the same real images.
 *
 * @param images how many were compared
 * @param maxDifference the largest difference of any probability
 * @param top1Agreement the fraction of images whose most probable class is the same
 */
public record ExportCheck(int images, double maxDifference, double top1Agreement) {}
