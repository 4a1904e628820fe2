package org.meanfield.jobs.spark;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.spark.SparkEnv;
import org.apache.spark.rpc.RpcEndpointRef;
import org.apache.spark.rpc.RpcEnv;
import org.apache.spark.rpc.ThreadSafeRpcEndpoint;
import org.apache.spark.rpc.netty.NettyRpcEndpointRef;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import scala.PartialFunction;
import scala.runtime.BoxedUnit;

/**
 * The driver's list of executors that keep something of ours, and its word to them about what
 * nobody needs any more: shards and open replicas of trainings that are over. Without it they would
 * stay until the application ends, which a search with many trainings does not survive.
 *
 * <p>Messages are texts and references of Spark's own, because an executor's message layer may not
 * know this program's classes.
 */
final class Releases implements ThreadSafeRpcEndpoint {
  /** The name that executors know it by. */
  static final String ENDPOINT = "meanfield-releases";

  private static final Logger LOG = LoggerFactory.getLogger(Releases.class);
  private static Releases current;

  private final RpcEnv env;
  private final Set<RpcEndpointRef> keepers = ConcurrentHashMap.newKeySet();

  private Releases(RpcEnv env) {
    this.env = env;
  }

  /** On the driver, before its executors keep anything: listens to them, once an application. */
  static synchronized Releases listening() {
    RpcEnv env = SparkEnv.get().rpcEnv();
    if (current == null || current.env != env) {
      current = new Releases(env);
      env.setupEndpoint(ENDPOINT, current);
    }
    return current;
  }

  /**
   * Lets go of what is kept under a name, here and on every executor. It returns at once; an
   * executor that is gone keeps nothing.
   */
  void everywhere(String name) {
    Keeper.letGo(name);
    keepers.removeIf(keeper -> !isConnected(keeper));
    keepers.forEach(keeper -> keeper.send(name));
    LOG.debug("{} is released on {} executors", name, keepers.size());
  }

  /** A reference to an executor lives as long as the connection that it came through. */
  private static boolean isConnected(RpcEndpointRef keeper) {
    return keeper instanceof NettyRpcEndpointRef reference
        && reference.client() != null
        && reference.client().isActive();
  }

  @Override
  public RpcEnv rpcEnv() {
    return env;
  }

  @Override
  public PartialFunction<Object, BoxedUnit> receive() {
    return new OnMessage<>(RpcEndpointRef.class, keepers::add);
  }
}
