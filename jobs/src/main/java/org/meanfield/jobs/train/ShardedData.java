package org.meanfield.jobs.train;

import java.util.Locale;
import java.util.Optional;
import org.meanfield.data.DatasetManifest;
import org.meanfield.data.ImageSpec;
import org.meanfield.data.Split;
import org.meanfield.error.DataException;
import org.meanfield.jobs.cli.JobContext;
import org.meanfield.jobs.spark.StoreChoice;
import org.meanfield.jobs.spark.WorkerData;
import org.meanfield.jobs.storage.DatasetFiles;

/**
 * A run's two splits, sharded and loaded.
 *
 * @param training what the workers train on
 * @param validation what merged states are measured on; empty where the data set has none or nobody
 *     asks
 */
record ShardedData(WorkerData training, Optional<WorkerData> validation) implements AutoCloseable {

  /**
   * Shards and loads both splits.
   *
   * @throws DataException where there are fewer training images than workers
   */
  static ShardedData load(
      JobContext context, DatasetFiles data, TrainSettings settings, ImageSpec spec) {
    DatasetManifest manifest = data.manifest();
    long examples = manifest.examples(Split.TRAIN);
    if (examples < settings.workers()) {
      throw new DataException(
          data.uri()
              + " has "
              + examples
              + " training images, too few for "
              + settings.workers()
              + " workers; lower train.workers or add images");
    }
    long held =
        settings.intervals().validationEpochs() == 0 ? 0 : manifest.examples(Split.VALIDATION);
    WorkerData training = shard(data, Split.TRAIN, settings, spec);
    Optional<WorkerData> validation =
        held == 0 ? Optional.empty() : Optional.of(shard(data, Split.VALIDATION, settings, spec));
    StoreChoice.Form form = settings.store().chooseForTraining(examples, spec).form();
    context
        .console()
        .progress("data: to the workers' local stores, " + form.name().toLowerCase(Locale.ROOT));
    training.load();
    validation.ifPresent(WorkerData::load);
    return new ShardedData(training, validation);
  }

  long validationExamples() {
    return validation
        .map(data -> data.sizes().stream().mapToLong(Integer::longValue).sum())
        .orElse(0L);
  }

  @Override
  public void close() {
    training.close();
    validation.ifPresent(WorkerData::close);
  }

  private static WorkerData shard(
      DatasetFiles data, Split split, TrainSettings settings, ImageSpec spec) {
    long count = data.manifest().examples(split);
    StoreChoice store =
        split == Split.TRAIN
            ? settings.store().chooseForTraining(count, spec)
            : settings.store().choose(count, spec);
    return WorkerData.shard(
        split == Split.TRAIN ? data.weighted(split) : data.split(split),
        count,
        settings.workers(),
        settings.seed(),
        spec,
        store);
  }
}
