package org.meanfield.jobs.spark;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import org.apache.spark.SparkEnv;
import org.apache.spark.util.Utils;
import org.meanfield.data.ImageSpec;
import org.meanfield.image.ImagePreparation;
import org.meanfield.jobs.storage.DatasetFiles;
import org.meanfield.train.EncodedExamples;
import org.meanfield.train.PackedExamples;
import org.meanfield.train.WorkerExamples;
import scala.Tuple2;

/** This process's shards: each is built once from its lineage and stays for all rounds. */
final class LocalShards {
  private static final ConcurrentMap<String, WorkerExamples> SHARDS = new ConcurrentHashMap<>();

  private LocalShards() {}

  /** The shard, built from {@code lineage} where this process does not have it. */
  static WorkerExamples get(
      ShardSource source, int worker, Iterable<Tuple2<ExampleKey, EncodedExample>> lineage) {
    return SHARDS.computeIfAbsent(key(source, worker), absent -> build(source, lineage.iterator()));
  }

  /** Forgets the shards of a source in this process. */
  static void release(ShardSource source) {
    SHARDS.keySet().removeIf(key -> key.startsWith(source.name() + "/"));
  }

  private static String key(ShardSource source, int worker) {
    return source.name() + "/" + worker;
  }

  private static WorkerExamples build(
      ShardSource source, Iterator<Tuple2<ExampleKey, EncodedExample>> examples) {
    return switch (source.store().form()) {
      case DECODED -> decoded(source.spec(), examples);
      case ENCODED -> encoded(source, examples);
    };
  }

  private static PackedExamples decoded(
      ImageSpec spec, Iterator<Tuple2<ExampleKey, EncodedExample>> examples) {
    Path file = temporaryFile("pixels");
    try (PackedExamples.Writer writer =
        new PackedExamples.Writer(file, spec.height(), spec.width(), spec.channels())) {
      while (examples.hasNext()) {
        Tuple2<ExampleKey, EncodedExample> next = examples.next();
        String id = next._1().id();
        writer.add(
            id, next._2().label(), ImagePreparation.prepareVerified(verified(id, next._2()), spec));
      }
      return writer.finish();
    } finally {
      unlink(file);
    }
  }

  private static EncodedExamples encoded(
      ShardSource source, Iterator<Tuple2<ExampleKey, EncodedExample>> examples) {
    Path data = temporaryFile("images");
    Path index = temporaryFile("index");
    int asked = source.store().decodeThreads();
    int threads = asked > 0 ? asked : Executor.spareThreads();
    try (EncodedExamples.Writer writer =
        new EncodedExamples.Writer(data, index, source.spec(), threads)) {
      while (examples.hasNext()) {
        Tuple2<ExampleKey, EncodedExample> next = examples.next();
        String id = next._1().id();
        writer.add(id, next._2().label(), verified(id, next._2()));
      }
      return writer.finish();
    } finally {
      unlink(data);
      unlink(index);
    }
  }

  /** Checked once, here: what was altered after ingest is never trained on. */
  private static byte[] verified(String id, EncodedExample example) {
    DatasetFiles.requireUnaltered(id, example.image());
    return example.image();
  }

  /** The mapping keeps the content; nothing is left behind however the process ends. */
  private static void unlink(Path file) {
    try {
      Files.deleteIfExists(file);
    } catch (IOException e) {
      throw new UncheckedIOException(
          "The local file " + file + " cannot be unlinked: " + e.getMessage(), e);
    }
  }

  private static Path temporaryFile(String content) {
    File folder = new File(Utils.getLocalDir(SparkEnv.get().conf()));
    try {
      return Files.createTempFile(folder.toPath(), "worker-shard-" + content, ".bin");
    } catch (IOException e) {
      throw new UncheckedIOException(
          "No local file can be made in "
              + folder
              + " ("
              + e.getMessage()
              + "); point spark.local.dir elsewhere",
          e);
    }
  }
}
