package org.meanfield.jobs.spark;

import java.io.Serializable;
import java.util.Comparator;
import org.meanfield.data.Seeds;

/**
 * Where an example stands in the seeded order of the whole split. Depends on content and seed only,
 * never on files or partitions. No record: Kryo, which an application may have chosen for its
 * shuffles, cannot read those.
 */
final class ExampleKey implements Comparable<ExampleKey>, Serializable {
  private static final long serialVersionUID = 1L;
  private static final Comparator<ExampleKey> ORDER =
      Comparator.comparingLong(ExampleKey::position).thenComparing(ExampleKey::id);

  private final long position;
  private final String id;

  private ExampleKey(long position, String id) {
    this.position = position;
    this.id = id;
  }

  /** The key of the example with this id, 64 hex digits. */
  static ExampleKey of(long seed, String id) {
    return new ExampleKey(positionOf(seed, id), id);
  }

  static long positionOf(long seed, String id) {
    return Seeds.derive(seed, "worker-shard", Long.parseUnsignedLong(id.substring(0, 16), 16));
  }

  /** Uniform over all 64-bit numbers. */
  long position() {
    return position;
  }

  /** Settles ties. */
  String id() {
    return id;
  }

  @Override
  public int compareTo(ExampleKey other) {
    return ORDER.compare(this, other);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof ExampleKey that && position == that.position && id.equals(that.id);
  }

  @Override
  public int hashCode() {
    return Long.hashCode(position);
  }
}
