package org.meanfield.jobs.spark;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import org.meanfield.model.ModelStateCodec;
import org.meanfield.train.Contribution;
import org.meanfield.train.WorkerTime;

/**
 * A contribution on its way to the driver, and where its shard lies. Of nothing that Kryo, which an
 * application may have chosen for its results, cannot read.
 */
final class WireContribution implements Serializable {
  private static final long serialVersionUID = 1L;

  private final int worker;
  private final int round;
  private final byte[] state;
  private final int examples;
  private final double meanLoss;
  private final double compute;
  private final double data;
  private final double exchange;
  private final ArrayList<String> exampleIds;
  private final String location;

  WireContribution(Contribution contribution, byte[] state, WorkerTime time, String location) {
    this.worker = contribution.worker();
    this.round = contribution.round();
    this.state = state;
    this.examples = contribution.examples();
    this.meanLoss = contribution.meanLoss();
    this.compute = time.compute();
    this.data = time.data();
    this.exchange = time.exchange();
    this.exampleIds = new ArrayList<>(contribution.exampleIds());
    this.location = location;
  }

  int worker() {
    return worker;
  }

  String location() {
    return location;
  }

  Contribution decode() {
    String artefact =
        "The contribution of worker " + worker + " to round " + round + " from " + location;
    return new Contribution(
        worker,
        round,
        ModelStateCodec.decode(state, artefact),
        examples,
        meanLoss,
        new WorkerTime(compute, data, exchange),
        List.copyOf(exampleIds));
  }
}
