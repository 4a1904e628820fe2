package org.meanfield.jobs.ml;

import java.util.function.BiFunction;
import org.apache.spark.ml.param.Params;
import org.apache.spark.ml.util.DefaultParamsReader;
import org.apache.spark.ml.util.MLReader;
import org.meanfield.jobs.storage.ModelFiles;
import org.meanfield.jobs.storage.ShippedModel;
import org.meanfield.jobs.storage.Storage;
import scala.Option;

/**
 * Reads what {@link ModelWriter} saved.
 *
 * @param <S> the stage
 */
final class ModelReader<S extends Params> extends MLReader<S> {
  private final Class<S> type;
  private final BiFunction<String, ShippedModel, S> constructor;

  /**
   * @param constructor takes uid and network
   */
  ModelReader(Class<S> type, BiFunction<String, ShippedModel, S> constructor) {
    this.type = type;
    this.constructor = constructor;
  }

  @Override
  public S load(String path) {
    DefaultParamsReader.Metadata metadata =
        DefaultParamsReader.loadMetadata(path, sc(), type.getName());
    Storage storage = new Storage(sc().hadoopConfiguration());
    ShippedModel model = ShippedModel.ofTrained(path, ModelFiles.trained(storage, path));
    S stage = constructor.apply(metadata.uid(), model);
    metadata.getAndSetParams(stage, Option.empty());
    return stage;
  }
}
