package org.meanfield.registry;

/**
 * What serving an exported model costs, and how well it agrees with the trained model.
 *
 * @param bytes of the largest model file
 * @param latencyMilliseconds of one image; null where nobody measured it
 * @param images compared with the trained model
 * @param maxDifference the largest difference of any probability
 * @param top1Agreement share of images whose most probable class is the same
 */
public record ExportFigures(
    long bytes,
    Double latencyMilliseconds,
    int images,
    double maxDifference,
    double top1Agreement) {}
