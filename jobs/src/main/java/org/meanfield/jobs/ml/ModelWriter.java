package org.meanfield.jobs.ml;

import org.apache.spark.ml.param.Params;
import org.apache.spark.ml.util.DefaultParamsWriter;
import org.apache.spark.ml.util.MLWriter;
import org.meanfield.jobs.storage.ShippedModel;
import org.meanfield.jobs.storage.Storage;
import scala.Option;

/** Saves a stage with a network: {@code model/} as in a run's folder, then {@code metadata/}. */
final class ModelWriter extends MLWriter {
  private final Params stage;
  private final ShippedModel model;

  ModelWriter(Params stage, ShippedModel model) {
    this.stage = stage;
    this.model = model;
  }

  @Override
  public void saveImpl(String path) {
    Storage storage = new Storage(sc().hadoopConfiguration());
    model.files().forEach((name, content) -> storage.write(path + "/model/" + name, content));
    DefaultParamsWriter.saveMetadata(stage, path, sc(), Option.empty(), Option.empty());
  }
}
