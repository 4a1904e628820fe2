package org.meanfield.jobs.spark;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import org.apache.spark.Partitioner;
import org.apache.spark.api.java.JavaRDD;
import scala.Tuple2;

/**
 * Cuts the seeded order of a split into one contiguous range for each worker, sizes differing by
 * one at most. Which example belongs to which worker depends on content, seed and number of workers
 * alone.
 */
final class ShardPartitioner extends Partitioner {
  private static final long serialVersionUID = 1L;

  private final long[] firstPositions; // of workers 1, 2, ...
  private final List<Integer> sizes;

  private ShardPartitioner(long[] firstPositions, List<Integer> sizes) {
    this.firstPositions = firstPositions;
    this.sizes = sizes;
  }

  /**
   * Finds the exact boundaries with two small jobs; only eight bytes an example move.
   *
   * @param positions of all examples
   * @param count number of examples
   */
  static ShardPartitioner of(JavaRDD<Long> positions, long count, int workers) {
    List<Integer> sizes = new ArrayList<>();
    Set<Long> starts = new HashSet<>();
    for (int worker = 0; worker < workers; worker++) {
      long start = count * worker / workers;
      sizes.add(Math.toIntExact(count * (worker + 1) / workers - start));
      if (worker > 0) {
        starts.add(start);
      }
    }
    long[] first =
        positions
            .sortBy(position -> position, true, positions.getNumPartitions())
            .zipWithIndex()
            .filter(ranked -> starts.contains(ranked._2()))
            .map(Tuple2::_1)
            .collect()
            .stream()
            .mapToLong(Long::longValue)
            .sorted()
            .toArray();
    return new ShardPartitioner(first, List.copyOf(sizes));
  }

  /** Examples of each worker as they are, where several may have one position. */
  List<Integer> count(JavaRDD<Long> positions) {
    Map<Integer, Long> found = positions.map(this::worker).countByValue();
    return IntStream.range(0, sizes.size())
        .mapToObj(worker -> Math.toIntExact(found.getOrDefault(worker, 0L)))
        .toList();
  }

  /** Examples of each worker, where no two have one position. */
  List<Integer> sizes() {
    return sizes;
  }

  @Override
  public int numPartitions() {
    return sizes.size();
  }

  @Override
  public int getPartition(Object key) {
    return worker(((ExampleKey) key).position());
  }

  private int worker(long position) {
    int found = Arrays.binarySearch(firstPositions, position);
    return found >= 0 ? found + 1 : -found - 1;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof ShardPartitioner that
        && Arrays.equals(firstPositions, that.firstPositions)
        && sizes.equals(that.sizes);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(firstPositions);
  }
}
