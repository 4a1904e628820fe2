package org.meanfield.architecture.offences.jobs.train;

import org.mlflow.tracking.MlflowClient;

final class TellsMlflow {
  private TellsMlflow() {}

  static MlflowClient client() {
    return new MlflowClient("http://localhost");
  }
}
