package org.meanfield.jobs.spark;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import org.apache.spark.SparkEnv;
import org.apache.spark.util.Utils;
import org.meanfield.train.WorkerExamples;
import scala.Tuple2;

/** This process's shards: each is built once from its lineage and stays for all rounds. */
final class LocalShards {
  private static final ConcurrentMap<Key, WorkerExamples> SHARDS = new ConcurrentHashMap<>();

  private record Key(ShardName name, int worker) {}

  private LocalShards() {}

  /** The shard, built from {@code lineage} where this process does not have it. */
  static <E> WorkerExamples get(
      ShardName name, ShardStore<E> store, int worker, Iterable<Tuple2<ExampleKey, E>> lineage) {
    SHARDS.keySet().removeIf(key -> name.replaces(key.name()));
    Keeper.announce();
    return SHARDS.computeIfAbsent(
        new Key(name, worker), absent -> store.build(worker, lineage.iterator()));
  }

  /**
   * Forgets the shards of a name in this process; who reads one goes on reading it.
   *
   * @param name as {@link ShardName#id} gives it
   * @return whether there was one
   */
  static boolean release(String name) {
    return SHARDS.keySet().removeIf(key -> key.name().id().equals(name));
  }

  /** How many shards this process has. */
  static int count() {
    return SHARDS.size();
  }

  /** The mapping keeps the content; nothing is left behind however the process ends. */
  static void unlink(Path file) {
    try {
      Files.deleteIfExists(file);
    } catch (IOException e) {
      throw new UncheckedIOException(
          "The local file " + file + " cannot be unlinked: " + e.getMessage(), e);
    }
  }

  /** A new file where Spark keeps its own. */
  static Path temporaryFile(String content) {
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
