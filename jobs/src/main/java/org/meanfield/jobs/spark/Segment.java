package org.meanfield.jobs.spark;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import org.apache.spark.broadcast.Broadcast;
import org.meanfield.train.Round;
import org.meanfield.train.Stretch;
import org.meanfield.train.WorkerTrainer;

/**
 * What the tasks of a segment know from the start: rounds that they run without a new Spark job.
 *
 * @param id unique in the application
 * @param endpoint name of the driver's end
 * @param pool of replicas
 * @param plan of the training
 * @param start {@link WireState} that the first round starts from
 * @param stretch rounds to run
 * @param groups workers of each task
 * @param recording whether reports name examples
 * @param timeoutSeconds how long anybody is waited for in a round
 */
record Segment(
    long id,
    String endpoint,
    String pool,
    SharedPlan plan,
    Broadcast<byte[]> start,
    Stretch stretch,
    List<List<Integer>> groups,
    WorkerTrainer.IdRecording recording,
    double timeoutSeconds)
    implements Serializable {

  /** Copies into a list that serialises. */
  Segment {
    groups = new ArrayList<>(groups.stream().map(ArrayList::new).toList());
  }

  /** The rounds in their order. */
  List<Round> rounds() {
    return stretch.rounds();
  }
}
