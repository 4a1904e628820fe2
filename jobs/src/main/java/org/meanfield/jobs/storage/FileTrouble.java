package org.meanfield.jobs.storage;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.nio.file.AccessDeniedException;
import java.util.List;
import java.util.Optional;
import org.apache.hadoop.fs.ParentNotDirectoryException;
import org.apache.hadoop.security.AccessControlException;

/**
 * What a file system refused and a person can mend: no room, no right, a file where a folder should
 * be, nobody there. Such a failure is no defect, and its stack trace says nothing.
 */
public final class FileTrouble {
  private static final Kind UNREACHABLE =
      new Kind(
          "the file system cannot be reached; check host and port, and whether it runs",
          List.of(
              ConnectException.class,
              NoRouteToHostException.class,
              SocketTimeoutException.class,
              UnknownHostException.class),
          List.of());

  private static final List<Kind> KINDS =
      List.of(
          new Kind(
              "there is no room left; make some, then give the same command again: what it"
                  + " committed stays",
              List.of(),
              List.of("No space left on device", "Disk quota exceeded", "quota is exceeded")),
          new Kind(
              "user '"
                  + System.getProperty("user.name")
                  + "' may not do that there; change the rights, or name another place",
              List.of(AccessDeniedException.class, AccessControlException.class),
              List.of("Permission denied", "Operation not permitted")),
          new Kind("name a place that can be written", List.of(), List.of("Read-only file system")),
          new Kind(
              "a folder cannot be made there, or a file is in its place; name another place",
              List.of(ParentNotDirectoryException.class),
              List.of("Not a directory", "Mkdirs failed to create")),
          new Kind("a file is expected; name one", List.of(), List.of("Is a directory")),
          UNREACHABLE);

  /** What a failure of one kind looks like, and what a person does about it. */
  private record Kind(String advice, List<Class<? extends Exception>> types, List<String> words) {
    boolean is(Throwable e) {
      String text = String.valueOf(e.getMessage());
      return types.stream().anyMatch(type -> type.isInstance(e))
          || (e instanceof IOException && words.stream().anyMatch(text::contains));
    }
  }

  private FileTrouble() {}

  /** What happened and what to do, in one line; empty where a failure has another cause. */
  public static Optional<String> in(Throwable failure) {
    String told = null;
    for (Throwable e = failure; e != null; e = e.getCause()) {
      if (told == null
          && (e instanceof UncheckedIOException || e instanceof FileNotFoundException)) {
        told = firstLine(e); // of this program's own: it names the path
      }
      for (Kind kind : KINDS) {
        // Other things than file systems have addresses too.
        if (kind.is(e) && (told != null || !kind.equals(UNREACHABLE))) {
          return Optional.of((told == null ? firstLine(e) : told) + ": " + kind.advice());
        }
      }
    }
    return Optional.empty();
  }

  private static String firstLine(Throwable e) {
    return String.valueOf(e.getMessage()).lines().findFirst().orElse("");
  }
}
