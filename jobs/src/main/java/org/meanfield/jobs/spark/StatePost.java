package org.meanfield.jobs.spark;

import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.meanfield.train.MergedState;

/**
 * Sends merged states to the driver while the task that sends them trains on. One is on its way at
 * a time, until the driver has made use of it, so that a slow one cannot be buried.
 */
final class StatePost implements AutoCloseable {
  private final DriverLink driver;
  private final int task;
  private final ExecutorService thread =
      Executors.newSingleThreadExecutor(
          work -> {
            Thread daemon = new Thread(work, "meanfield-states");
            daemon.setDaemon(true);
            return daemon;
          });
  private Future<?> underway;

  StatePost(DriverLink driver, int task) {
    this.driver = driver;
    this.task = task;
  }

  /**
   * Sends a state after the one before it.
   *
   * @param rounds of the segment that are merged in it
   * @param state nobody else's to write to
   * @throws IllegalStateException where the one before it did not reach the driver
   */
  void send(int rounds, MergedState state) throws InterruptedException {
    await();
    underway = thread.submit(() -> driver.state(task, new WireState(rounds, state).encode()));
  }

  /** Returns when the driver has everything that was sent. */
  void await() throws InterruptedException {
    if (underway == null) {
      return;
    }
    try {
      underway.get();
    } catch (ExecutionException e) {
      throw new IllegalStateException(
          "Task " + task + " could not send a merged state to the driver: " + e.getCause(),
          e.getCause());
    }
  }

  /** Gives up what is on its way. */
  @Override
  public void close() {
    thread.shutdownNow();
  }
}
