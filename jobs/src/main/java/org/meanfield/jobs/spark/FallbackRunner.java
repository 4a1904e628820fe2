package org.meanfield.jobs.spark;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.meanfield.train.MergedRound;
import org.meanfield.train.MergedState;
import org.meanfield.train.Stretch;
import org.meanfield.train.Validator;

/**
 * Resident rounds for as long as they work, and from where they do not, as where executors cannot
 * reach each other, a Spark job a round. The bits are the same.
 */
final class FallbackRunner implements ClusterRunner {
  private final Supplier<ClusterRunner> second;
  private final Consumer<String> console;
  private ClusterRunner current;
  private Validator validator;

  /**
   * Starts with the first. Ownership: closes what it used.
   *
   * @param second made when it is needed, and used from then on
   * @param console is told why
   */
  FallbackRunner(ClusterRunner first, Supplier<ClusterRunner> second, Consumer<String> console) {
    this.current = first;
    this.second = second;
    this.console = console;
  }

  @Override
  public MergedState run(Stretch stretch, MergedState start, Consumer<MergedRound> told) {
    // What is left may begin before the last round that was told: its state was lost.
    AtomicInteger last = new AtomicInteger(-1);
    Consumer<MergedRound> once =
        merged -> {
          if (merged.round().number() > last.get()) {
            last.set(merged.round().number());
            told.accept(merged);
          }
        };
    try {
      return current.run(stretch, start, once);
    } catch (ResidentRoundsException e) {
      console.accept("rounds: a Spark job each from now on. " + e.getMessage());
      current.close();
      current = second.get();
      validator = null;
      return current.run(e.rest(), e.merged(), once);
    }
  }

  @Override
  public Validator validator(WorkerData validation) {
    return state -> {
      if (validator == null) {
        validator = current.validator(validation);
      }
      return validator.accuracy(state);
    };
  }

  @Override
  public int parallelism() {
    return current.parallelism();
  }

  @Override
  public void close() {
    current.close();
  }
}
