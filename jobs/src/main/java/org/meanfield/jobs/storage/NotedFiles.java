package org.meanfield.jobs.storage;

import java.time.Instant;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.meanfield.data.ImageFiles;
import org.meanfield.data.ImageFiles.ImageFile;
import org.meanfield.error.CorruptArtifactException;
import org.meanfield.error.DataException;

/**
 * Files of others that a data set refers to: noted with their sizes and times when it is made, and
 * held against the notes later.
 */
public final class NotedFiles {
  private NotedFiles() {}

  /**
   * Notes files as they are now.
   *
   * @param column of {@link ImageFiles}
   * @param uris absolute, with scheme, unescaped
   * @throws DataException where one is missing
   */
  public static ImageFiles note(Storage storage, List<String> column, Collection<String> uris) {
    Map<String, ImageFile> found = find(storage, uris);
    return new ImageFiles(
        column,
        uris.stream()
            .sorted()
            .map(
                uri ->
                    Optional.ofNullable(found.get(uri))
                        .orElseThrow(
                            () ->
                                new DataException(
                                    "The file " + uri + " of the DataFrame to train on is gone")))
            .toList());
  }

  /** What became of a file since it was noted; empty where all are as they were. */
  static Optional<CorruptArtifactException> change(
      Storage storage, String dataset, ImageFiles images) {
    Map<String, ImageFile> found =
        find(storage, images.files().stream().map(ImageFile::uri).toList());
    return images.files().stream()
        .filter(noted -> !noted.equals(found.get(noted.uri())))
        .findFirst()
        .map(
            noted -> {
              ImageFile now = found.get(noted.uri());
              return new CorruptArtifactException(
                  noted.uri()
                      + ", which holds images of the data set "
                      + dataset
                      + ", "
                      + (now == null
                          ? "is missing"
                          : "was changed: it had "
                              + sizeAndTime(noted)
                              + ", now "
                              + sizeAndTime(now))
                      + "; restore it, or read the DataFrame again and fit on that");
            });
  }

  /** One listing of each folder: asking for each file takes long where there are many. */
  private static Map<String, ImageFile> find(Storage storage, Collection<String> uris) {
    List<String> folders =
        uris.stream()
            .map(uri -> uri.substring(0, uri.lastIndexOf('/')))
            .distinct()
            .filter(storage::exists)
            .toList();
    Map<String, ImageFile> found = new HashMap<>();
    for (String folder : folders) {
      for (StorageEntry entry : storage.entries(folder)) {
        String uri = folder + "/" + entry.name();
        found.put(uri, new ImageFile(uri, entry.bytes(), entry.modified().toEpochMilli()));
      }
    }
    return found;
  }

  private static String sizeAndTime(ImageFile file) {
    return file.bytes() + " bytes of " + Instant.ofEpochMilli(file.modified());
  }
}
