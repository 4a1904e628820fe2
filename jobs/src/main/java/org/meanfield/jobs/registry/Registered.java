package org.meanfield.jobs.registry;

import org.meanfield.registry.ModelVersion;

/**
 * A version after {@link ModelRegistry#register}.
 *
 * @param version the version
 * @param origin whether this call made it
 */
public record Registered(ModelVersion version, Origin origin) {
  /** Where a version comes from. */
  public enum Origin {
    /** Made by this call. */
    NEW,
    /** The same files had been registered before. */
    KNOWN
  }
}
