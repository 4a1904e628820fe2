package org.meanfield.jobs.spark;

import java.io.Serializable;

/**
 * Whose shards these are, unique in the application: the key of local stores. An owner that has had
 * other data before counts on, and a process that builds its shards anew forgets the ones before.
 *
 * @param owner unique in the application
 * @param generation counted up by the owner
 */
record ShardName(String owner, int generation) implements Serializable {

  /** As one text, for messages. */
  String id() {
    return owner + "/" + generation;
  }

  /** True where nobody needs the other one's shards any more. */
  boolean replaces(ShardName other) {
    return owner.equals(other.owner) && generation > other.generation;
  }
}
