package org.meanfield.jobs.spark;

import org.meanfield.train.WorkerExamples;

/**
 * A worker's examples on the executor where they lie; never leaves the process.
 *
 * @param worker 0-based
 * @param examples in this process's local store
 */
record Shard(int worker, WorkerExamples examples) {}
