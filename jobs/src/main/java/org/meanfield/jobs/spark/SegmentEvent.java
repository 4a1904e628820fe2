package org.meanfield.jobs.spark;

import java.util.Optional;
import org.apache.spark.rpc.RpcCallContext;

/** What happens to a segment, as the driver sees it. */
sealed interface SegmentEvent {
  /**
   * A task said something.
   *
   * @param asker to be answered, where the task waits for it
   */
  record Said(Control what, Optional<RpcCallContext> asker) implements SegmentEvent {}

  /** A task gave the merged state. */
  record Gave(WireState state) implements SegmentEvent {}

  /**
   * Spark's job is over.
   *
   * @param failure of the job
   */
  record JobOver(Optional<Throwable> failure) implements SegmentEvent {}
}
