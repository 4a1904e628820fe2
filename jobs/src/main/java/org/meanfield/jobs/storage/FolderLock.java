package org.meanfield.jobs.storage;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.meanfield.error.LockHeldException;
import org.meanfield.jobs.storage.RunningProcess.Fate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A lock on any Hadoop file system. Each owner in turn makes the file of the next number, which of
 * several processes only one can; the newest number is the owner's. A heartbeat beside it tells
 * that the owner lives. Without a heartbeat for the expiry, where the owner gave it up, or where it
 * was a process of this machine and runs no more, the next number may be taken.
 *
 * <p>Clocks of the machines that share a lock must agree within the expiry. Ownership: whoever took
 * it closes it.
 */
public final class FolderLock implements AutoCloseable {
  private static final Logger LOGGER = LoggerFactory.getLogger(FolderLock.class);
  private static final Pattern NUMBERED = Pattern.compile("(\\d{8})\\.json");
  private static final int BEATS_PER_EXPIRY = 5;

  /** Where the lock of an output folder lies in it. */
  private static final String OUTPUT_LOCK = ".lock";

  /** How long the lock of an output outlives an owner on another machine. */
  private static final Duration OUTPUT_EXPIRY = Duration.ofSeconds(60);

  /** Locks of this process: a thread of it that failed may have left another. */
  private static final Set<String> HELD = ConcurrentHashMap.newKeySet();

  private final Storage storage;
  private final String folder;
  private final Duration expiry;
  private final Clock clock;
  private final int number;
  private final String id = UUID.randomUUID().toString();
  private final ScheduledExecutorService heart;
  private volatile Instant lastBeat;
  private Future<?> beating;

  /**
   * Who holds it.
   *
   * @param process of the owner; null where its system does not tell
   * @param id another for each time that it is taken
   */
  record Owner(String owner, String since, RunningProcess process, String id) {}

  /** A sign of life. */
  record Heartbeat(String at) {}

  private FolderLock(Storage storage, String folder, Duration expiry, Clock clock, int number) {
    this.storage = storage;
    this.folder = folder;
    this.expiry = expiry;
    this.clock = clock;
    this.number = number;
    this.heart =
        Executors.newSingleThreadScheduledExecutor(
            task -> {
              Thread thread = new Thread(task, "lock-heartbeat");
              thread.setDaemon(true);
              return thread;
            });
  }

  /**
   * Takes the lock.
   *
   * @param folder of the lock
   * @param owner who takes it, for whoever finds it taken
   * @param expiry after which an owner without a heartbeat is taken for dead
   * @throws LockHeldException naming the owner, where it is held
   */
  public static FolderLock acquire(
      Storage storage, String folder, String owner, Duration expiry, Clock clock) {
    while (true) {
      int newest = newest(storage, folder);
      if (newest > 0) {
        requireFree(storage, folder, newest, expiry, clock);
      }
      FolderLock lock = new FolderLock(storage, folder, expiry, clock, newest + 1);
      if (lock.take(owner)) {
        return lock;
      }
    }
  }

  /**
   * As {@link #acquire}, for work that a restarted driver goes on with: where the owner is of
   * another machine, its silence is waited for, {@link #OUTPUT_EXPIRY} at most.
   *
   * @param output the folder that only one process may work on
   * @param command that wants to
   * @throws LockHeldException naming the owner, where it shows that it lives
   */
  public static FolderLock ofOutput(Storage storage, String output, String command) {
    String folder = output + "/" + OUTPUT_LOCK;
    String owner =
        command
            + " by "
            + System.getProperty("user.name")
            + ", process "
            + ProcessHandle.current().pid();
    long end = System.nanoTime() + OUTPUT_EXPIRY.toNanos();
    Optional<Heartbeat> seen = newestHeartbeat(storage, folder);
    while (true) {
      try {
        return acquire(storage, folder, owner, OUTPUT_EXPIRY, Clock.systemUTC());
      } catch (LockHeldException held) {
        boolean runs = fate(storage, folder, newest(storage, folder)) == Fate.RUNS;
        if (runs || !newestHeartbeat(storage, folder).equals(seen) || System.nanoTime() - end > 0) {
          throw held;
        }
        LockSupport.parkNanos(OUTPUT_EXPIRY.toNanos() / (2 * BEATS_PER_EXPIRY));
      }
    }
  }

  /**
   * To be called before whatever must not be done twice: a process that slept beyond the expiry may
   * have lost the lock without noticing.
   *
   * @throws LockHeldException where another owner has it now
   */
  public void requireHeld() {
    int newest = newest(storage, folder);
    if (newest != number) {
      throw new LockHeldException(
          "The lock "
              + folder
              + " went to "
              + owner(storage, folder, newest)
              + " while this process showed no sign of life; it goes on with this work");
    }
    if (lastBeat.plus(expiry).isBefore(clock.instant())) {
      beat();
    }
  }

  /** Shows a sign of life. */
  void beat() {
    Instant now = clock.instant();
    heartbeat(storage, folder, number).write(new Heartbeat(now.toString()));
    lastBeat = now;
  }

  /** Gives it up for the next owner. */
  @Override
  public void close() {
    beating.cancel(false);
    heart.shutdown();
    HELD.remove(id);
    try {
      storage.createNew(released(folder, number), new byte[0]);
    } catch (RuntimeException e) {
      // It expires by itself; what the command did is worth more than this.
      LOGGER.warn("The lock {} stays until it expires: {}", folder, e.getMessage());
    }
  }

  /** Makes the file of its number, if no other process is first. */
  private boolean take(String owner) {
    boolean taken = false;
    HELD.add(id);
    try {
      lastBeat = clock.instant();
      RunningProcess process = RunningProcess.current().orElse(null);
      boolean made =
          ownerFile(storage, folder, number)
              .create(new Owner(owner, lastBeat.toString(), process, id));
      // Several owners may have come and gone since we looked, and cleared that number away.
      if (made && newest(storage, folder) == number) {
        beat();
        forgetEarlier();
        long every = Math.max(1, expiry.toMillis() / BEATS_PER_EXPIRY);
        beating = heart.scheduleAtFixedRate(this::tryBeat, every, every, TimeUnit.MILLISECONDS);
        taken = true;
      }
      return taken;
    } finally {
      if (!taken) {
        HELD.remove(id);
        heart.shutdown();
      }
    }
  }

  private void tryBeat() {
    try {
      beat();
    } catch (RuntimeException e) {
      // One lost beat does no harm, and after many requireHeld() says so.
      LOGGER.warn("No heartbeat in {}: {}", folder, e.getMessage());
    }
  }

  private static void requireFree(
      Storage storage, String folder, int number, Duration expiry, Clock clock) {
    if (storage.exists(released(folder, number)) || hasEnded(storage, folder, number)) {
      return;
    }
    Optional<Instant> alive =
        heartbeat(storage, folder, number)
            .read()
            .map(Heartbeat::at)
            .or(() -> ownerFile(storage, folder, number).read().map(Owner::since))
            .map(Instant::parse);
    Instant until = alive.map(at -> at.plus(expiry)).orElse(Instant.MIN);
    if (until.isAfter(clock.instant())) {
      throw new LockHeldException(
          "The lock "
              + folder
              + " is held by "
              + owner(storage, folder, number)
              + ", alive at "
              + alive.orElseThrow()
              + "; it expires at "
              + until
              + " without another sign of life. Nothing is wrong: wait for that command, or run this"
              + " one again later");
    }
    LOGGER.warn(
        "The lock {} of {} expired at {}: its process is taken for dead",
        folder,
        owner(storage, folder, number),
        until);
  }

  /** True where the owner is seen to run no more; the heartbeat need not be waited for. */
  private static boolean hasEnded(Storage storage, String folder, int number) {
    boolean ended = fate(storage, folder, number) == Fate.ENDED;
    if (ended) {
      LOGGER.warn("The lock {} is free: {} ended", folder, owner(storage, folder, number));
    }
    return ended;
  }

  /** This process, too, has ended its work where it does not know the lock. */
  private static Fate fate(Storage storage, String folder, int number) {
    Optional<Owner> owner = ownerFile(storage, folder, number).read();
    Optional<RunningProcess> process = owner.map(Owner::process);
    if (process.isPresent() && process.equals(RunningProcess.current())) {
      return HELD.contains(owner.get().id()) ? Fate.RUNS : Fate.ENDED;
    }
    return process.map(RunningProcess::fate).orElse(Fate.UNKNOWN);
  }

  private static Optional<Heartbeat> newestHeartbeat(Storage storage, String folder) {
    return heartbeat(storage, folder, newest(storage, folder)).read();
  }

  private static String owner(Storage storage, String folder, int number) {
    return ownerFile(storage, folder, number)
        .read()
        .map(owner -> owner.owner() + " since " + owner.since())
        .orElse("another process");
  }

  private void forgetEarlier() {
    for (String name : storage.list(folder)) {
      if (name.matches("\\d{8}\\..*") && Integer.parseInt(name.substring(0, 8)) < number) {
        storage.delete(folder + "/" + name);
      }
    }
  }

  private static int newest(Storage storage, String folder) {
    List<String> names = storage.list(folder);
    int newest = 0;
    for (String name : names) {
      Matcher numbered = NUMBERED.matcher(name);
      if (numbered.matches()) {
        newest = Math.max(newest, Integer.parseInt(numbered.group(1)));
      }
    }
    return newest;
  }

  private static JsonFile<Owner> ownerFile(Storage storage, String folder, int number) {
    return new JsonFile<>(storage, path(folder, number, "json"), Owner.class);
  }

  private static JsonFile<Heartbeat> heartbeat(Storage storage, String folder, int number) {
    return new JsonFile<>(storage, path(folder, number, "heartbeat"), Heartbeat.class);
  }

  private static String released(String folder, int number) {
    return path(folder, number, "released");
  }

  private static String path(String folder, int number, String kind) {
    return String.format(Locale.ROOT, "%s/%08d.%s", folder, number, kind);
  }
}
