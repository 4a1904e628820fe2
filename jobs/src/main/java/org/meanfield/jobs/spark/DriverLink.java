package org.meanfield.jobs.spark;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.apache.spark.SparkEnv;
import org.apache.spark.rpc.RpcEndpointRef;
import org.apache.spark.rpc.RpcTimeout;
import org.apache.spark.util.RpcUtils;
import scala.concurrent.duration.FiniteDuration;
import scala.reflect.ClassTag;
import scala.reflect.ClassTag$;

/** A task's line to the driver, over Spark's own messages. */
final class DriverLink {
  private static final ClassTag<byte[]> BYTES = ClassTag$.MODULE$.apply(byte[].class);

  private static final int PIECE = 4 << 20;

  private final RpcEndpointRef driver;
  private final RpcTimeout timeout;

  DriverLink(String endpoint, double timeoutSeconds) {
    SparkEnv env = SparkEnv.get();
    this.driver = RpcUtils.makeDriverRef(endpoint, env.conf(), env.rpcEnv());
    // The driver's own deadlines come first: it answers every task, whatever happens to the others.
    long millis = (long) ((3 * timeoutSeconds + 60) * 1000);
    this.timeout =
        new RpcTimeout(new FiniteDuration(millis, TimeUnit.MILLISECONDS), "train.round-timeout");
  }

  /** Who takes part, as soon as all are there; empty where the segment is over. */
  Optional<Membership> ready(Control.Ready ready) {
    byte[] answer = driver.askSync(ready.encode(), timeout, BYTES);
    return answer.length == 0 ? Optional.empty() : Optional.of(Membership.decode(answer));
  }

  void merged(Control.Merged merged) {
    driver.send(merged.encode());
  }

  /**
   * A merged state in pieces, for Spark bounds the length of a message; returns when the driver has
   * made use of it, or has no use for it any more.
   *
   * @param state a {@link WireState}
   */
  void state(int task, byte[] state) {
    for (int from = 0; from < state.length; from += PIECE) {
      ByteBuffer piece = ByteBuffer.wrap(state, from, Math.min(state.length - from, PIECE));
      Control.StatePiece message = new Control.StatePiece(task, from, state.length, piece);
      byte[] answer = driver.askSync(message.encode(), timeout, BYTES);
      if (Arrays.equals(answer, SegmentEndpoint.NO)) {
        return;
      }
    }
  }

  /** True where the driver wants the state. */
  boolean ended(Control.Ended ended) {
    return driver.askSync(ended.encode(), timeout, BYTES)[0] == 1;
  }
}
