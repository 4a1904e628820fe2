package org.meanfield.jobs.spark;

import java.util.List;
import java.util.Optional;
import org.meanfield.train.MergedState;

/**
 * How a segment ended.
 *
 * @param rounds of it that are merged in the state
 * @param state the newest that a task gave; empty where none did
 * @param diverged what a task said of a worker that diverged
 * @param failure why it ended early; empty at its end
 * @param cause the failure of Spark's job, where that was it
 * @param more true where it was ended because more tasks can run now
 * @param hanging executors from which nothing came until the deadline
 */
record SegmentEnd(
    int rounds,
    Optional<MergedState> state,
    Optional<Control.Ended> diverged,
    String failure,
    Optional<Throwable> cause,
    boolean more,
    List<String> hanging) {}
