package org.meanfield.jobs.registry;

import java.util.ArrayList;
import java.util.List;
import org.meanfield.config.Setting;
import org.meanfield.jobs.cli.JobContext;
import org.meanfield.jobs.cli.JobResult;
import org.meanfield.jobs.tracking.TrackingSettings;

/** A command that moves names: MLflow is told of it, where the settings name a server. */
interface RegistryChange extends RegistryCommand {
  @Override
  default List<Setting<?>> settings() {
    List<Setting<?>> all = new ArrayList<>(RegistryCommand.super.settings());
    all.addAll(TrackingSettings.ofRegistry());
    return List.copyOf(all);
  }

  @Override
  default JobResult run(JobContext context) {
    JobResult result = RegistryCommand.super.run(context);
    new MlflowMirror(context, registry(context)).catchUp();
    return result;
  }
}
