package org.meanfield.jobs.registry;

import java.util.Optional;

/**
 * What is to become a version.
 *
 * @param run folder of a finished training run
 * @param export folder of its export; empty where it is not exported
 * @param evaluation folder with its evaluation; empty for {@code RUN/evaluation}, where that is
 *     there
 * @param parent the version whose weights the run started from
 * @param latencyMilliseconds of the export for one image, where somebody measured it
 */
public record Registration(
    String run,
    Optional<String> export,
    Optional<String> evaluation,
    Optional<Integer> parent,
    Optional<Double> latencyMilliseconds) {}
