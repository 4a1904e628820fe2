package org.meanfield.jobs.spark;

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

  /** True where the driver wants the state. */
  boolean ended(Control.Ended ended) {
    return driver.askSync(ended.encode(), timeout, BYTES)[0] == 1;
  }
}
