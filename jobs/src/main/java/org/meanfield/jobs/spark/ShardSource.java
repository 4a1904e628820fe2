package org.meanfield.jobs.spark;

import java.io.Serializable;
import org.meanfield.data.ImageSpec;

/**
 * What an executor must know to build a shard.
 *
 * @param name unique in the application: the key of local stores
 * @param spec that images are decoded and resized to
 * @param store what the local store holds
 */
record ShardSource(String name, ImageSpec spec, StoreChoice store) implements Serializable {}
