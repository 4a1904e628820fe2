package org.meanfield.train;

import java.util.List;
import java.util.Optional;

/**
 * The files of one run, by path relative to its folder, with {@code /} between parts. A local
 * folder, or any Hadoop file system.
 */
public interface ArtifactStore {
  /** The folder as a person would write it: what messages name. */
  String location();

  /** The whole content; empty where no such file is. */
  Optional<byte[]> read(String path);

  /**
   * Writes or replaces a whole file: a reader sees the old content or the new one, never a part.
   */
  void write(String path, byte[] content);

  /** Names of what a folder holds, sorted; empty where it is missing. */
  List<String> list(String folder);

  /** Deletes a file or a folder with all it holds; nothing happens where nothing is. */
  void delete(String path);
}
