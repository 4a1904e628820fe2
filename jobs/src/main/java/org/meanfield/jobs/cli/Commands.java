package org.meanfield.jobs.cli;

import java.util.ArrayList;
import java.util.List;
import org.meanfield.jobs.evaluate.EvaluateJob;
import org.meanfield.jobs.export.ExportJob;
import org.meanfield.jobs.ingest.IngestJob;
import org.meanfield.jobs.predict.PredictJob;
import org.meanfield.jobs.registry.RegistryCommands;
import org.meanfield.jobs.retrain.RetrainJob;
import org.meanfield.jobs.serve.ServeJob;
import org.meanfield.jobs.train.TrainJob;

/** The commands of the command line, in the order in which data flows through them. */
final class Commands {
  private Commands() {}

  /** Every command. */
  static List<Job> all() {
    List<Job> all =
        new ArrayList<>(
            List.of(
                new IngestJob(),
                new TrainJob(),
                new EvaluateJob(),
                new PredictJob(),
                new ExportJob()));
    all.addAll(RegistryCommands.all());
    all.add(new RetrainJob());
    all.add(new ServeJob());
    return List.copyOf(all);
  }
}
