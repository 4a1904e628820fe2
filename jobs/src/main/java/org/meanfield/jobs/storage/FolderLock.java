package org.meanfield.jobs.storage;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
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
  private static final int BEATS_PER_EXPIRY = 5;

  /** Where the lock of an output folder lies in it. */
  private static final String OUTPUT_LOCK = ".lock";

  /** How long the lock of an output outlives an owner on another machine. */
  private static final Duration OUTPUT_EXPIRY = Duration.ofSeconds(60);

  /** Locks of this process: a thread of it that failed may have left another. */
  private static final Set<String> HELD = ConcurrentHashMap.newKeySet();

  private final LockFiles files;
  private final Duration expiry;
  private final Clock clock;
  private final int number;
  private final String id = UUID.randomUUID().toString();
  private final ScheduledExecutorService heart;
  private volatile Instant lastBeat;
  private Future<?> beating;

  private FolderLock(LockFiles files, Duration expiry, Clock clock, int number) {
    this.files = files;
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
   * @param expiry after which this owner, without a heartbeat, is taken for dead
   * @throws LockHeldException naming the owner, where it is held
   */
  public static FolderLock acquire(
      Storage storage, String folder, String owner, Duration expiry, Clock clock) {
    LockFiles files = new LockFiles(storage, folder);
    while (true) {
      int newest = files.newest();
      if (newest > 0) {
        requireFree(files, newest, expiry, clock);
      }
      FolderLock lock = new FolderLock(files, expiry, clock, newest + 1);
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
    LockFiles files = new LockFiles(storage, folder);
    Optional<LockFiles.Heartbeat> seen = newestHeartbeat(files);
    while (true) {
      try {
        return acquire(storage, folder, owner, OUTPUT_EXPIRY, Clock.systemUTC());
      } catch (LockHeldException held) {
        boolean runs = fate(files, files.newest()) == Fate.RUNS;
        if (runs || !newestHeartbeat(files).equals(seen) || System.nanoTime() - end > 0) {
          throw held;
        }
        LockSupport.parkNanos(OUTPUT_EXPIRY.toNanos() / (2 * BEATS_PER_EXPIRY));
      }
    }
  }

  /** True for an output that a command locked before: that command's, finished or not. */
  public static boolean wasTaken(Storage storage, String output) {
    return storage.exists(output + "/" + OUTPUT_LOCK);
  }

  /**
   * To be called before whatever must not be done twice: a process that slept beyond the expiry may
   * have lost the lock without noticing.
   *
   * @throws LockHeldException where another owner has it now
   */
  public void requireHeld() {
    int newest = files.newest();
    if (newest != number) {
      throw new LockHeldException(
          "The lock "
              + files.folder()
              + " went to "
              + files.ownerInWords(newest)
              + " while this process showed no sign of life; it goes on with this work");
    }
    if (lastBeat.plus(expiry).isBefore(clock.instant())) {
      beat();
    }
  }

  /** Shows a sign of life. */
  void beat() {
    Instant now = clock.instant();
    files.heartbeat(number).write(new LockFiles.Heartbeat(now.toString()));
    lastBeat = now;
  }

  /** Gives it up for the next owner. */
  @Override
  public void close() {
    beating.cancel(false);
    heart.shutdown();
    HELD.remove(id);
    try {
      files.release(number);
    } catch (RuntimeException e) {
      // It expires by itself; what the command did is worth more than this.
      LOGGER.warn("The lock {} stays until it expires: {}", files.folder(), e.getMessage());
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
          files
              .owner(number)
              .create(
                  new LockFiles.Owner(owner, lastBeat.toString(), process, id, expiry.toMillis()));
      // Several owners may have come and gone since we looked, and cleared that number away.
      if (made && files.newest() == number) {
        beat();
        files.forgetBefore(number);
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
      LOGGER.warn("No heartbeat in {}: {}", files.folder(), e.getMessage());
    }
  }

  private static void requireFree(LockFiles files, int number, Duration expiry, Clock clock) {
    if (files.isReleased(number) || hasEnded(files, number)) {
      return;
    }
    Optional<LockFiles.Owner> owner = files.owner(number).read();
    Optional<Instant> alive =
        files
            .heartbeat(number)
            .read()
            .map(LockFiles.Heartbeat::at)
            .or(() -> owner.map(LockFiles.Owner::since))
            .map(Instant::parse);
    // The owner's own: how often it shows a sign of life follows from that.
    Duration silence =
        owner.map(LockFiles.Owner::expiryMillis).map(Duration::ofMillis).orElse(expiry);
    Instant until = alive.map(at -> at.plus(silence)).orElse(Instant.MIN);
    if (until.isAfter(clock.instant())) {
      throw new LockHeldException(
          "The lock "
              + files.folder()
              + " is held by "
              + files.ownerInWords(number)
              + ", alive at "
              + alive.orElseThrow()
              + "; it expires at "
              + until
              + " without another sign of life. Nothing is wrong: wait for that command, or run"
              + " this one again later");
    }
    LOGGER.warn(
        "The lock {} of {} expired at {}: its process is taken for dead",
        files.folder(),
        files.ownerInWords(number),
        until);
  }

  /** True where the owner is seen to run no more; the heartbeat need not be waited for. */
  private static boolean hasEnded(LockFiles files, int number) {
    boolean ended = fate(files, number) == Fate.ENDED;
    if (ended) {
      LOGGER.warn("The lock {} is free: {} ended", files.folder(), files.ownerInWords(number));
    }
    return ended;
  }

  /** This process, too, has ended its work where it does not know the lock. */
  private static Fate fate(LockFiles files, int number) {
    Optional<LockFiles.Owner> owner = files.owner(number).read();
    Optional<RunningProcess> process = owner.map(LockFiles.Owner::process);
    if (process.isPresent() && process.equals(RunningProcess.current())) {
      return HELD.contains(owner.get().id()) ? Fate.RUNS : Fate.ENDED;
    }
    return process.map(RunningProcess::fate).orElse(Fate.UNKNOWN);
  }

  private static Optional<LockFiles.Heartbeat> newestHeartbeat(LockFiles files) {
    return files.heartbeat(files.newest()).read();
  }
}
