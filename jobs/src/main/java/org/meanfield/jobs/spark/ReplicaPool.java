package org.meanfield.jobs.spark;

import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ConcurrentMap;
import org.meanfield.engine.ComputeDevice;
import org.meanfield.engine.Engines;
import org.meanfield.engine.Replica;
import org.meanfield.train.TrainingPlan;

/**
 * This process's open replicas, kept from round to round because opening one is slow. A replica's
 * content never matters: every use starts with a load.
 */
final class ReplicaPool {
  private static final ConcurrentMap<String, Map<ComputeDevice, Queue<Replica>>> IDLE =
      new ConcurrentHashMap<>();

  private ReplicaPool() {}

  /** A replica of the plan's network, for one task at a time, on the task's device. */
  static Replica borrow(String pool, TrainingPlan plan) {
    Keeper.announce();
    if (!IDLE.containsKey(pool)) {
      closeIdle();
    }
    ComputeDevice device = Executor.device();
    Replica idle = idle(pool, device).poll();
    return idle != null
        ? idle
        : Engines.named(plan.engine()).open(plan.network(), device, Executor.threads());
  }

  /** Gives a replica back. After a failure close it instead: its memory may be in any state. */
  static void giveBack(String pool, Replica replica) {
    idle(pool, Executor.device()).add(replica);
  }

  /** Closes what this process has of a pool. */
  static void release(String pool) {
    Map<ComputeDevice, Queue<Replica>> devices = IDLE.remove(pool);
    if (devices != null) {
      devices.values().forEach(replicas -> replicas.forEach(Replica::close));
    }
  }

  /**
   * A run that ended has told the driver's process only. Where a new one begins, whatever lies idle
   * goes; one that is still running opens another.
   */
  private static void closeIdle() {
    for (Map<ComputeDevice, Queue<Replica>> pool : IDLE.values()) {
      for (Queue<Replica> replicas : pool.values()) {
        for (Replica idle = replicas.poll(); idle != null; idle = replicas.poll()) {
          idle.close();
        }
      }
    }
  }

  private static Queue<Replica> idle(String pool, ComputeDevice device) {
    return IDLE.computeIfAbsent(pool, absent -> new ConcurrentHashMap<>())
        .computeIfAbsent(device, absent -> new ConcurrentLinkedQueue<>());
  }
}
