package org.meanfield.jobs.spark;

import java.util.List;
import java.util.Optional;

/**
 * How a segment ended.
 *
 * @param newest merged state that a task gave; empty where none did
 * @param diverged what a task said of a worker that diverged
 * @param failure why it ended early; empty at its end
 * @param cause the failure of Spark's job, where that was it
 * @param forMoreTasks true where it was ended because more tasks can run now
 * @param hanging executors from which nothing came until the deadline
 */
record SegmentEnd(
    Optional<WireState> newest,
    Optional<Control.Ended> diverged,
    String failure,
    Optional<Throwable> cause,
    boolean forMoreTasks,
    List<String> hanging) {}
