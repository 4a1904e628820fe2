package org.meanfield.jobs.spark;

import org.apache.spark.SparkEnv;
import org.apache.spark.rpc.RpcEnv;
import org.apache.spark.rpc.ThreadSafeRpcEndpoint;
import org.apache.spark.util.RpcUtils;
import scala.PartialFunction;
import scala.runtime.BoxedUnit;

/** An executor's ear for what the driver {@linkplain Releases releases}. */
final class Keeper implements ThreadSafeRpcEndpoint {
  private static RpcEnv known;

  private final RpcEnv env;

  private Keeper(RpcEnv env) {
    this.env = env;
  }

  /** Tells the driver, once a process, that something is kept here. The driver itself need not. */
  static synchronized void announce() {
    SparkEnv spark = SparkEnv.get();
    RpcEnv env = spark.rpcEnv();
    if (spark.blockManager().blockManagerId().isDriver() || known == env) {
      return;
    }
    // The id, because an executor's endpoints have no address, and are told apart by name alone.
    String name = Releases.ENDPOINT + "-" + spark.executorId();
    RpcUtils.makeDriverRef(Releases.ENDPOINT, spark.conf(), env)
        .send(env.setupEndpoint(name, new Keeper(env)));
    known = env;
  }

  /** Lets go in this process of the shards and of the replicas that are kept under a name. */
  static boolean letGo(String name) {
    boolean shards = LocalShards.release(name);
    ReplicaPool.release(name);
    return shards;
  }

  @Override
  public RpcEnv rpcEnv() {
    return env;
  }

  @Override
  public PartialFunction<Object, BoxedUnit> receive() {
    return new OnMessage<>(String.class, Keeper::released);
  }

  /**
   * A file is mapped, and takes its room on the disk, until the collector finds that nobody reads
   * it; an executor whose heap is large enough may never look by itself, as a driver does.
   */
  private static void released(String name) {
    if (letGo(name)) {
      System.gc();
    }
  }
}
