package org.meanfield.jobs.spark;

import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ConcurrentMap;
import org.meanfield.engine.Engines;
import org.meanfield.engine.Replica;
import org.meanfield.train.TrainingPlan;

/**
 * This process's open replicas, kept from round to round because opening one is slow. A replica's
 * content never matters: every use starts with a load.
 */
final class ReplicaPool {
  private static final ConcurrentMap<String, Queue<Replica>> IDLE = new ConcurrentHashMap<>();

  private ReplicaPool() {}

  /** A replica of the plan's network, for one task at a time. */
  static Replica borrow(String pool, TrainingPlan plan) {
    Replica idle = idle(pool).poll();
    return idle != null
        ? idle
        : Engines.named(plan.engine()).open(plan.network(), Executor.threads());
  }

  /** Gives a replica back. After a failure close it instead: its memory may be in any state. */
  static void giveBack(String pool, Replica replica) {
    idle(pool).add(replica);
  }

  /** Closes what this process has of a pool. */
  static void release(String pool) {
    Queue<Replica> replicas = IDLE.remove(pool);
    if (replicas != null) {
      replicas.forEach(Replica::close);
    }
  }

  private static Queue<Replica> idle(String pool) {
    return IDLE.computeIfAbsent(pool, absent -> new ConcurrentLinkedQueue<>());
  }
}
