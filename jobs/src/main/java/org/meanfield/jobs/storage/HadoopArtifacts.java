package org.meanfield.jobs.storage;

import java.util.List;
import java.util.Optional;
import org.meanfield.train.ArtifactStore;

/** A run's files in a folder on any Hadoop file system. */
public final class HadoopArtifacts implements ArtifactStore {
  private final Storage storage;
  private final String root;

  /** The folder need not exist yet. */
  public HadoopArtifacts(Storage storage, String root) {
    this.storage = storage;
    this.root = root;
  }

  @Override
  public String location() {
    return root;
  }

  @Override
  public Optional<byte[]> read(String path) {
    return storage.exists(resolve(path))
        ? Optional.of(storage.read(resolve(path)))
        : Optional.empty();
  }

  @Override
  public void write(String path, byte[] content) {
    storage.write(resolve(path), content);
  }

  @Override
  public List<String> list(String folder) {
    return storage.list(resolve(folder));
  }

  @Override
  public void delete(String path) {
    storage.delete(resolve(path));
  }

  private String resolve(String path) {
    return root + "/" + path;
  }
}
