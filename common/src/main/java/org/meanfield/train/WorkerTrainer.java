package org.meanfield.train;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.meanfield.data.EpochOrder;
import org.meanfield.data.Seeds;
import org.meanfield.engine.Minibatch;
import org.meanfield.engine.Replica;
import org.meanfield.engine.StepPosition;
import org.meanfield.model.ModelState;

/**
 * The pure function at the heart of a round: merged state in, contribution out. Every runner calls
 * this and nothing else, which is why they agree. What it keeps from call to call only saves time.
 * Not thread-safe.
 */
public final class WorkerTrainer implements AutoCloseable {
  private static final int IDLE_SECONDS = 5;

  private final TrainingPlan plan;
  private final IdRecording recording;
  private final Map<Integer, KnownOrder> orders = new HashMap<>();
  private final Map<Part, MinibatchStream> prepared = new HashMap<>();
  private ExecutorService threads; // as many as the first store asks for; null before

  private record KnownOrder(int epoch, EpochOrder order) {}

  private record Part(int worker, Round round) {}

  /** Whether contributions name the examples they trained on. */
  public enum IdRecording {
    /** They do, at 64 bytes an example. */
    ON,
    /** They only count them. */
    OFF
  }

  /** For one plan. */
  public WorkerTrainer(TrainingPlan plan, IdRecording recording) {
    this.plan = plan;
    this.recording = recording;
  }

  /**
   * Begins to read what a worker will train on in a round, so that its minibatches are there when
   * {@link #train} comes to them.
   */
  public void prepare(WorkerExamples examples, int worker, Round round) {
    prepared.computeIfAbsent(
        new Part(worker, round),
        absent ->
            new MinibatchStream(
                threads(examples), plan, examples, order(examples, worker, round), worker, round));
  }

  /** Threads for all rounds: a short round would notice that it starts one. */
  private ExecutorService threads(WorkerExamples examples) {
    if (threads == null) {
      int readers = examples.readers();
      ThreadPoolExecutor pool =
          new ThreadPoolExecutor(
              readers,
              readers,
              IDLE_SECONDS,
              TimeUnit.SECONDS,
              new LinkedBlockingQueue<>(),
              task -> {
                Thread created = new Thread(task, "minibatches");
                created.setDaemon(true);
                return created;
              });
      pool.allowCoreThreadTimeOut(true); // a trainer that nobody closed keeps none
      threads = pool;
    }
    return threads;
  }

  /** Stops reading what was prepared in vain. */
  @Override
  public void close() {
    prepared.values().forEach(MinibatchStream::close);
    prepared.clear();
    if (threads != null) {
      threads.shutdownNow();
    }
  }

  /**
   * A worker's part of a round.
   *
   * @param replica of the plan's network; what it held before does not matter
   * @param examples the worker's own
   * @param state merged state that the round starts from
   */
  public Contribution train(
      Replica replica, WorkerExamples examples, int worker, Round round, ModelState state) {
    List<ModelState> trained = new ArrayList<>();
    WorkerReport report =
        run(replica, examples, worker, round, state, () -> trained.add(replica.state()));
    return new Contribution(
        worker,
        round.number(),
        trained.isEmpty() ? state : trained.get(0),
        report.examples(),
        report.meanLoss(),
        report.time(),
        report.exampleIds());
  }

  /**
   * The same, with the trained state in memory that the caller uses again every round.
   *
   * @param trained gets the state, flat, where the round has examples for the worker; else it stays
   *     as it is
   */
  public WorkerReport train(
      Replica replica,
      WorkerExamples examples,
      int worker,
      Round round,
      ModelState state,
      float[] trained) {
    return run(replica, examples, worker, round, state, () -> replica.copyState(trained));
  }

  private WorkerReport run(
      Replica replica,
      WorkerExamples examples,
      int worker,
      Round round,
      ModelState state,
      Runnable keepState) {
    Stopwatch watch = new Stopwatch();
    replica.load(state);
    double exchange = watch.lap();
    double compute = 0;
    double data = 0;
    double lossSum = 0;
    int trained = 0;
    List<String> ids;
    try (MinibatchStream minibatches = minibatches(examples, worker, round)) {
      ids = recording == IdRecording.ON ? minibatches.ids() : List.of();
      for (int local = 0; minibatches.hasNext() && Double.isFinite(lossSum); local++) {
        Minibatch minibatch = minibatches.next();
        data += watch.lap();
        lossSum += minibatch.size() * replica.step(minibatch, position(worker, round, local));
        trained += minibatch.size();
        compute += watch.lap();
      }
    }
    if (trained > 0) {
      keepState.run();
    }
    exchange += watch.lap();
    double meanLoss = trained == 0 ? 0 : lossSum / trained;
    return new WorkerReport(
        worker, trained, meanLoss, new WorkerTime(compute, data, exchange), ids);
  }

  private MinibatchStream minibatches(WorkerExamples examples, int worker, Round round) {
    prepare(examples, worker, round);
    return prepared.remove(new Part(worker, round));
  }

  private EpochOrder order(WorkerExamples examples, int worker, Round round) {
    KnownOrder known = orders.get(worker);
    if (known == null || known.epoch() != round.epoch()) {
      EpochOrder order = EpochOrder.of(plan.seed(), round.epoch(), worker, examples.size());
      known = new KnownOrder(round.epoch(), order);
      orders.put(worker, known);
    }
    return known.order();
  }

  private StepPosition position(int worker, Round round, int local) {
    int iteration = round.iteration() + local;
    long seed = Seeds.derive(plan.seed(), "step", worker, iteration);
    return new StepPosition(iteration, round.epoch(), seed);
  }
}
