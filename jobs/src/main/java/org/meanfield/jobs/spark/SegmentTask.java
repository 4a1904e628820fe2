package org.meanfield.jobs.spark;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.spark.SparkEnv;
import org.apache.spark.TaskContext;
import org.meanfield.engine.Replica;
import org.meanfield.jobs.spark.exchange.ExchangeException;
import org.meanfield.train.Round;
import org.meanfield.train.Stopwatch;
import org.meanfield.train.WorkerReport;
import org.meanfield.train.WorkerTrainer;
import scala.collection.Iterator;
import scala.runtime.AbstractFunction1;

/**
 * One task of a segment, on an executor: trains its workers in turn, round after round, on a
 * replica that stays open. Gives the merged state where the driver wants it from here, else
 * nothing.
 */
final class SegmentTask extends AbstractFunction1<Iterator<Shard>, byte[]> implements Serializable {
  private static final long serialVersionUID = 1L;
  private static final byte[] NOTHING = {};

  private final Segment segment;

  SegmentTask(Segment segment) {
    this.segment = segment;
  }

  @Override
  public byte[] apply(Iterator<Shard> shards) {
    int task = TaskContext.getPartitionId();
    DriverLink driver = new DriverLink(segment.endpoint(), segment.timeoutSeconds());
    ResidentMember member = ResidentMember.join(segment);
    try {
      Optional<Membership> membership = driver.ready(ready(task));
      if (membership.isEmpty()) {
        return NOTHING;
      }
      member.start(membership.get());
      return run(task, driver, member, membership.get(), shards);
    } finally {
      member.leave();
    }
  }

  private Control.Ready ready(int task) {
    SparkEnv env = SparkEnv.get();
    return new Control.Ready(
        task,
        env.executorId(),
        Executor.location(),
        ResidentMember.PROCESS,
        env.blockManager().blockManagerId().host(),
        ProcessPort.number());
  }

  private byte[] run(
      int task,
      DriverLink driver,
      ResidentMember member,
      Membership membership,
      Iterator<Shard> shards) {
    try {
      train(task, driver, member, shards);
    } catch (DivergedRound e) {
      return driver.ended(diverged(task, member, e)) ? encoded(member) : NOTHING;
    } catch (ExchangeException e) {
      member.fail(e);
      return driver.ended(failed(task, member, e, lateTasks(e, membership)))
          ? encoded(member)
          : NOTHING;
    } catch (InterruptedException e) {
      IllegalStateException stopped = unchecked(task, e);
      member.fail(stopped);
      Thread.currentThread().interrupt();
      throw stopped;
    } catch (Exception e) {
      // Spark throws checked exceptions without declaring them: a fetch that failed is one.
      try {
        // The driver first, so that it hears the reason before the others tell that this one left.
        driver.ended(holdsNothing(task, member, e));
      } finally {
        member.fail(e instanceof RuntimeException failure ? failure : unchecked(task, e));
      }
      throw e;
    }
    return driver.ended(failed(task, member, null, List.of())) ? encoded(member) : NOTHING;
  }

  private static IllegalStateException unchecked(int task, Exception e) {
    return new IllegalStateException("Task " + task + " of a segment was stopped: " + e, e);
  }

  private void train(int task, DriverLink driver, ResidentMember member, Iterator<Shard> lazy)
      throws InterruptedException {
    List<Shard> shards = new ArrayList<>();
    while (lazy.hasNext()) {
      shards.add(lazy.next());
    }
    Replica replica = ReplicaPool.borrow(segment.pool(), segment.plan().value());
    try (WorkerTrainer trainer = new WorkerTrainer(segment.plan().value(), segment.recording());
        StatePost states = new StatePost(driver, task)) {
      Stopwatch watch = new Stopwatch();
      for (int index = 0; index < segment.rounds().size(); index++) {
        TaskContext.get().killTaskIfInterrupted(); // a cancelled job's rounds serve nobody
        List<WorkerReport> reports = trained(trainer, replica, shards, index, member);
        Stopwatch exchange = new Stopwatch();
        merge(member, task, index, reports, states);
        double exchangeSeconds = exchange.total();
        driver.merged(new Control.Merged(task, index, watch.lap(), exchangeSeconds, reports));
        // Every task holds the same state, so the first one speaks for all.
        if (task == 0 && segment.stretch().keeps(segment.rounds().get(index))) {
          states.send(index + 1, member.copy());
        }
      }
      states.await();
    } catch (DivergedRound | ExchangeException | InterruptedException e) {
      // The replica itself is well: every use starts with a load.
      ReplicaPool.giveBack(segment.pool(), replica);
      throw e;
    } catch (RuntimeException e) {
      replica.close();
      throw e;
    }
    ReplicaPool.giveBack(segment.pool(), replica);
  }

  /** The state before a divergence is the last that can be kept: it still gets to the driver. */
  private static void merge(
      ResidentMember member, int task, int index, List<WorkerReport> reports, StatePost states)
      throws InterruptedException {
    try {
      member.merge(task, index, reports);
    } catch (DivergedRound e) {
      states.await();
      throw e;
    }
  }

  /** While one worker trains, the minibatches of the one after it are made. */
  private List<WorkerReport> trained(
      WorkerTrainer trainer,
      Replica replica,
      List<Shard> shards,
      int index,
      ResidentMember member) {
    Round round = segment.rounds().get(index);
    List<WorkerReport> reports = new ArrayList<>();
    for (int i = 0; i < shards.size(); i++) {
      if (i + 1 < shards.size()) {
        prepare(trainer, shards.get(i + 1), round);
      } else if (index + 1 < segment.rounds().size()) {
        prepare(trainer, shards.get(0), segment.rounds().get(index + 1));
      }
      Shard shard = shards.get(i);
      reports.add(
          trainer.train(
              replica,
              shard.examples(),
              shard.worker(),
              round,
              member.state().state(),
              member.room(shard.worker())));
    }
    return reports;
  }

  private static void prepare(WorkerTrainer trainer, Shard shard, Round round) {
    trainer.prepare(shard.examples(), shard.worker(), round);
  }

  private static byte[] encoded(ResidentMember member) {
    return new WireState(member.merged(), member.state()).encode();
  }

  private static List<Integer> lateTasks(ExchangeException e, Membership membership) {
    return e.late().stream().flatMap(peer -> membership.tasksOf(peer).stream()).toList();
  }

  private static Control.Ended diverged(int task, ResidentMember member, DivergedRound e) {
    return new Control.Ended(
        task,
        member.merged(),
        e.getMessage(),
        List.of(),
        e.worker(),
        e.meanLoss(),
        member.exchangedBytes());
  }

  /** A task that throws gives no result, so that it is not to be asked for its state. */
  private static Control.Ended holdsNothing(int task, ResidentMember member, Exception failure) {
    String text = String.valueOf(failure.getMessage());
    return new Control.Ended(task, 0, text, List.of(), -1, 0, member.exchangedBytes());
  }

  private static Control.Ended failed(
      int task, ResidentMember member, Exception failure, List<Integer> late) {
    String text = failure == null ? "" : String.valueOf(failure.getMessage());
    return new Control.Ended(task, member.merged(), text, late, -1, 0, member.exchangedBytes());
  }
}
