package org.meanfield.jobs.tracking;

import java.net.URI;
import java.net.URISyntaxException;
import org.meanfield.jobs.storage.Storage;

/**
 * Where MLflow keeps a run's files: behind the server itself, or on a file system that both reach.
 *
 * <p>Source: MLflow's REST service {@code mlflow-artifacts}.
 *
 * @param server for the former
 * @param storage for the latter
 * @param root the run's artifact URI
 */
record ArtifactPlace(MlflowServer server, Storage storage, String root) {
  private static final String SERVICE = "/api/2.0/mlflow-artifacts/artifacts";

  /**
   * Writes or replaces a file.
   *
   * @param path below the root, with / between parts
   * @throws OutageException where it cannot be written
   */
  void write(String path, byte[] content) {
    String what = "writing the artefact " + path;
    URI uri = parsed(root + "/" + path);
    String scheme = uri.getScheme() == null ? "file" : uri.getScheme();
    switch (scheme) {
      case "mlflow-artifacts" -> server.put(what, served(uri), content);
      case "http", "https" -> server.put(what, uri, content);
      default ->
          server.upload(
              what,
              content.length,
              () -> {
                storage.write(onFileSystem(scheme, uri), content);
                return path;
              });
    }
  }

  /** An artifact URI without a host means the server that was asked. */
  private URI served(URI uri) {
    String host =
        uri.getRawAuthority() == null
            ? server.uri()
            : parsed(server.uri()).getScheme() + "://" + uri.getRawAuthority();
    return parsed(host + SERVICE + uri.getRawPath());
  }

  /** As Hadoop knows it: a path without a scheme is a local one, and s3 is its s3a. */
  private static String onFileSystem(String scheme, URI uri) {
    String authority = uri.getRawAuthority() == null ? "" : uri.getRawAuthority();
    return (scheme.equals("s3") ? "s3a" : scheme) + "://" + authority + uri.getPath();
  }

  private static URI parsed(String text) {
    try {
      return new URI(text.replace(" ", "%20"));
    } catch (URISyntaxException e) {
      throw OutageException.in("the artefact URI " + text, e);
    }
  }
}
