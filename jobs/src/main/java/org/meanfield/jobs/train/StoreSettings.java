package org.meanfield.jobs.train;

import java.util.Optional;
import org.meanfield.config.Setting;
import org.meanfield.config.Settings;
import org.meanfield.data.ImageSpec;
import org.meanfield.error.SettingsException;
import org.meanfield.image.CropPolicy;
import org.meanfield.jobs.spark.StoreChoice;

/**
 * How executors keep the examples. Free to change between two commands of a run: the bits do not.
 *
 * @param kind encoded, decoded, or as memory allows
 * @param memoryMib budget for decoded pixels
 * @param decodeThreads for each worker in training; empty for the cores that tasks leave free
 * @param crop what of an image training sees
 */
record StoreSettings(Kind kind, int memoryMib, Optional<Integer> decodeThreads, CropPolicy crop) {

  /** What to store. */
  enum Kind {
    /** Decoded where it fits the budget, else encoded. */
    AUTO,
    /** Images as they were ingested. */
    ENCODED,
    /** Pixels at the network's size. */
    DECODED
  }

  static final Setting<Kind> STORE =
      Setting.choice("train.store", Kind.class)
          .defaultsTo(Kind.AUTO)
          .means(
              "What executors keep of their shards on local disk, memory-mapped: decoded pixels,"
                  + " the encoded images, or pixels where they fit train.store-memory-mib. The bits"
                  + " of the result are the same.");
  static final Setting<Integer> MEMORY =
      Setting.integer("train.store-memory-mib")
          .atLeast(0)
          .defaultsTo(8192)
          .means(
              "MiB that all executors together can keep of a split's decoded pixels in memory;"
                  + " above it train.store = auto keeps encoded images.");
  static final Setting<Optional<Integer>> DECODE_THREADS =
      Setting.integer("train.decode-threads")
          .atLeast(1)
          .optional()
          .means(
              "Threads that decode ahead for each worker in training, where the store is encoded."
                  + " Default: a task's part of the cores that no task computes on, at least one.");

  static StoreSettings from(Settings settings) {
    StoreSettings store =
        new StoreSettings(
            settings.get(STORE),
            settings.get(MEMORY),
            settings.get(DECODE_THREADS),
            settings.get(AugmentationSettings.CROP));
    if (store.crop == CropPolicy.RESIZED && store.kind == Kind.DECODED) {
      throw new SettingsException(
          "augmentation.crop = resized cuts its parts from the images as they were ingested, and"
              + " train.store = decoded keeps none; set train.store to auto or encoded");
    }
    return store;
  }

  /** The store of the training split. */
  StoreChoice chooseForTraining(long examples, ImageSpec spec) {
    return crop == CropPolicy.RESIZED
        ? new StoreChoice(StoreChoice.Form.ENCODED, decodeThreads.orElse(0))
        : choose(examples, spec);
  }

  /** The store of a split. */
  StoreChoice choose(long examples, ImageSpec spec) {
    StoreChoice.Form form =
        switch (kind) {
          case ENCODED -> StoreChoice.Form.ENCODED;
          case DECODED -> StoreChoice.Form.DECODED;
          case AUTO -> StoreChoice.within((long) memoryMib << 20, examples, spec);
        };
    return new StoreChoice(form, decodeThreads.orElse(0));
  }
}
