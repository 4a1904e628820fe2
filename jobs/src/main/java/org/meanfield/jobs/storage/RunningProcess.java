package org.meanfield.jobs.storage;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A process of a Linux machine, named so that another one on the machine can tell whether it still
 * runs. Numbers are used again, after a restart or in another container, so that the kernel's boot,
 * its namespace and the start belong to the name.
 *
 * @param boot of the kernel
 * @param namespace of the process number
 * @param pid the number
 * @param startTicks since the boot; unlike times of day no clock adjustment moves them
 */
record RunningProcess(String boot, String namespace, long pid, long startTicks) {
  private static final Logger LOGGER = LoggerFactory.getLogger(RunningProcess.class);
  private static final Path PROC = Path.of("/proc");

  /** Of the fields of {@code /proc/PID/stat} behind the name: the state, and the start. */
  private static final int STATE = 0;

  private static final int START = 19;

  /** What this machine knows of a process. */
  enum Fate {
    /** It runs. */
    RUNS,
    /** It runs no more. */
    ENDED,
    /** It was of another machine or container. */
    UNKNOWN
  }

  /** This one; empty where the system does not tell what it takes. */
  static Optional<RunningProcess> current() {
    long pid = ProcessHandle.current().pid();
    try {
      String boot = Files.readString(PROC.resolve("sys/kernel/random/boot_id")).strip();
      String namespace = Files.readSymbolicLink(PROC.resolve("self/ns/pid")).toString();
      return start(pid).map(ticks -> new RunningProcess(boot, namespace, pid, ticks));
    } catch (IOException | UnsupportedOperationException e) {
      LOGGER.debug("No Linux: the death of a process is told by its silence alone", e);
      return Optional.empty();
    }
  }

  /** What became of it. */
  Fate fate() {
    Optional<RunningProcess> own = current();
    if (own.isEmpty()
        || !own.get().boot().equals(boot)
        || !own.get().namespace().equals(namespace)) {
      return Fate.UNKNOWN;
    }
    try {
      return start(pid).filter(ticks -> ticks == startTicks).isPresent() ? Fate.RUNS : Fate.ENDED;
    } catch (IOException e) {
      LOGGER.debug("Process {} cannot be looked at", pid, e);
      return Fate.UNKNOWN;
    }
  }

  /** When a process started; empty where none of the number runs. */
  private static Optional<Long> start(long pid) throws IOException {
    Path file = PROC.resolve(Long.toString(pid)).resolve("stat");
    if (!Files.exists(file)) {
      return Optional.empty();
    }
    String stat = Files.readString(file);
    // The name may hold blanks and brackets; the last bracket ends it.
    String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
    return fields[STATE].equals("Z") ? Optional.empty() : Optional.of(Long.valueOf(fields[START]));
  }
}
