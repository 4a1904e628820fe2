package org.meanfield.jobs.serve.model;

import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * The model that answers now. Requests that began with the one before finish with it: each holds a
 * lease, and a replaced model closes when the last lease is given back.
 *
 * <p>Thread-safe. Ownership: closes the models that were put into it.
 */
public final class CurrentModel implements AutoCloseable {
  private ServedModel current;
  private boolean closed;

  /** Empty at first. */
  public CurrentModel() {}

  /** The right to use one version until it is given back. */
  public static final class Lease implements AutoCloseable {
    private final ServedModel model;
    private final AtomicBoolean given = new AtomicBoolean();

    private Lease(ServedModel model) {
      this.model = model;
    }

    /** The version; not to be used after {@link #close}. */
    public ServedModel model() {
      return model;
    }

    @Override
    public void close() {
      if (given.compareAndSet(false, true)) {
        model.release();
      }
    }
  }

  /** The model of this moment; empty where there is none yet. */
  public synchronized Optional<Lease> lease() {
    return current != null && current.retain() ? Optional.of(new Lease(current)) : Optional.empty();
  }

  /** From now on another model answers. */
  public void replace(ServedModel next) {
    ServedModel previous;
    synchronized (this) {
      if (closed) {
        previous = next; // came too late
      } else {
        previous = current;
        current = next;
      }
    }
    if (previous != null) {
      previous.release();
    }
  }

  /** Nothing answers any more. */
  @Override
  public void close() {
    ServedModel previous;
    synchronized (this) {
      closed = true;
      previous = current;
      current = null;
    }
    if (previous != null) {
      previous.release();
    }
  }
}
