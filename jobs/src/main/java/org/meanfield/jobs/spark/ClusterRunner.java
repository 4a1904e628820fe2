package org.meanfield.jobs.spark;

import org.meanfield.train.RoundRunner;
import org.meanfield.train.Validator;

/** A runner on a Spark cluster: its replicas also validate. */
public interface ClusterRunner extends RoundRunner {
  /** Validates with this runner's replicas on data sharded the same way. */
  Validator validator(WorkerData validation);
}
