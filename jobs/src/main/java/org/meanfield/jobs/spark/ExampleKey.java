package org.meanfield.jobs.spark;

import java.io.Serializable;
import java.util.Comparator;
import org.meanfield.data.Seeds;

/**
 * Where an example stands in the seeded order of the whole split. Depends on content and seed only,
 * never on files or partitions.
 *
 * @param position uniform over all 64-bit numbers
 * @param id settles ties
 */
record ExampleKey(long position, String id) implements Comparable<ExampleKey>, Serializable {
  private static final Comparator<ExampleKey> ORDER =
      Comparator.comparingLong(ExampleKey::position).thenComparing(ExampleKey::id);

  /** The key of the example with this id, 64 hex digits. */
  static ExampleKey of(long seed, String id) {
    return new ExampleKey(positionOf(seed, id), id);
  }

  static long positionOf(long seed, String id) {
    return Seeds.derive(seed, "worker-shard", Long.parseUnsignedLong(id.substring(0, 16), 16));
  }

  @Override
  public int compareTo(ExampleKey other) {
    return ORDER.compare(this, other);
  }
}
