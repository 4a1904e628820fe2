package org.meanfield.jobs.spark;

import java.util.Optional;
import org.apache.spark.rpc.RpcCallContext;

/** What happens to a segment, as the driver sees it. */
sealed interface SegmentEvent {
  /**
   * A task said something.
   *
   * @param asks where it waits for an answer
   */
  record Said(Control what, Optional<RpcCallContext> asks) implements SegmentEvent {}

  /** A task gave the merged state. */
  record Gave(WireState state) implements SegmentEvent {}

  /**
   * Spark's job is over.
   *
   * @param failure of the job
   */
  record JobOver(Optional<Throwable> failure) implements SegmentEvent {}
}
