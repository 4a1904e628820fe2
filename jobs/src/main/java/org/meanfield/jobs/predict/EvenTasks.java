package org.meanfield.jobs.predict;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.pmod;
import static org.apache.spark.sql.functions.xxhash64;

import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;

/**
 * Keeps all cores busy to the end. Five files on two cores would leave one of them idle for the
 * time of a whole file.
 */
final class EvenTasks {
  /** Time that cores may wait at the end, as a fraction of the work. */
  private static final double MAX_WAITING = 0.05;

  private EvenTasks() {}

  /**
   * The same rows, each once, in tasks that keep the cores evenly busy. Fewer files than cores: the
   * rows are dealt out anew. A number of files that does not go into the cores: each file is read
   * by several tasks, which take a part of its rows each; that costs far less than a network, and
   * less than sending the rows around.
   *
   * @param rows read from files of one size, a task each
   * @param id the column that says which part a row belongs to
   */
  static Dataset<Row> of(Dataset<Row> rows, String id) {
    int cores = rows.sparkSession().sparkContext().defaultParallelism();
    int files = rows.rdd().getNumPartitions();
    if (files < cores) {
      return rows.repartition(cores);
    }
    int parts = 1;
    while (waiting(files * parts, cores) > MAX_WAITING) {
      parts++;
    }
    return parts == 1 ? rows : inParts(rows, pmod(xxhash64(col(id)), lit(parts)), parts);
  }

  private static Dataset<Row> inParts(Dataset<Row> rows, Column part, int parts) {
    Dataset<Row> all = rows.where(part.equalTo(0));
    for (int i = 1; i < parts; i++) {
      all = all.union(rows.where(part.equalTo(i)));
    }
    return all;
  }

  /** Where all tasks are of one size. */
  private static double waiting(int tasks, int cores) {
    int turns = (tasks + cores - 1) / cores;
    return (double) (turns * cores - tasks) / tasks;
  }
}
