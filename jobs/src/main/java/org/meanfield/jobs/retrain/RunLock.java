package org.meanfield.jobs.retrain;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.meanfield.error.LockHeldException;
import org.meanfield.jobs.storage.Storage;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A lock on any Hadoop file system. Each owner in turn makes the file of the next number, which of
 * several processes only one can; the newest number is the owner's. A heartbeat beside it tells
 * that the owner lives. Without a heartbeat for the expiry, or where the owner gave it up, the next
 * number may be taken.
 *
 * <p>Clocks of the machines that share a lock must agree within the expiry.
 */
final class RunLock implements AutoCloseable {
  private static final Logger LOGGER = LoggerFactory.getLogger(RunLock.class);
  private static final Pattern NUMBERED = Pattern.compile("(\\d{8})\\.json");
  private static final int BEATS_PER_EXPIRY = 5;

  private final Storage storage;
  private final String folder;
  private final Duration expiry;
  private final Clock clock;
  private final int number;
  private final ScheduledExecutorService heart;
  private volatile Instant lastBeat;
  private Future<?> beating;

  /** Who holds it. */
  record Owner(String owner, String since) {}

  /** A sign of life. */
  record Heartbeat(String at) {}

  private RunLock(Storage storage, String folder, Duration expiry, Clock clock, int number) {
    this.storage = storage;
    this.folder = folder;
    this.expiry = expiry;
    this.clock = clock;
    this.number = number;
    this.heart =
        Executors.newSingleThreadScheduledExecutor(
            task -> {
              Thread thread = new Thread(task, "retrain-lock-heartbeat");
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
  static RunLock acquire(
      Storage storage, String folder, String owner, Duration expiry, Clock clock) {
    while (true) {
      int newest = newest(storage, folder);
      if (newest > 0) {
        requireFree(storage, folder, newest, expiry, clock);
      }
      RunLock lock = new RunLock(storage, folder, expiry, clock, newest + 1);
      lock.lastBeat = clock.instant();
      boolean made =
          ownerFile(storage, folder, lock.number)
              .create(new Owner(owner, lock.lastBeat.toString()));
      // Several owners may have come and gone since we looked, and cleared that number away.
      if (made && newest(storage, folder) == lock.number) {
        lock.beat();
        lock.forgetEarlier();
        long every = Math.max(1, expiry.toMillis() / BEATS_PER_EXPIRY);
        lock.beating =
            lock.heart.scheduleAtFixedRate(lock::tryBeat, every, every, TimeUnit.MILLISECONDS);
        return lock;
      }
      lock.heart.shutdown();
    }
  }

  /**
   * To be called before whatever must not be done twice: a process that slept beyond the expiry may
   * have lost the lock without noticing.
   *
   * @throws LockHeldException where another owner has it now
   */
  void requireHeld() {
    int newest = newest(storage, folder);
    if (newest != number) {
      throw new LockHeldException(
          "The lock "
              + folder
              + " went to "
              + owner(storage, folder, newest)
              + " while this process showed no sign of life; it goes on with this run");
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
    try {
      storage.createNew(released(folder, number), new byte[0]);
    } catch (RuntimeException e) {
      // It expires by itself; what the command did is worth more than this.
      LOGGER.warn("The lock {} stays until it expires: {}", folder, e.getMessage());
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
    if (storage.exists(released(folder, number))) {
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
              + " without another sign of life. Wait for that retrain, or run again later");
    }
    LOGGER.warn(
        "The lock {} of {} expired at {}: its process is taken for dead",
        folder,
        owner(storage, folder, number),
        until);
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
