package org.meanfield.jobs.storage;

import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import org.meanfield.data.ClassIndex;
import org.meanfield.data.ImageSpec;
import org.meanfield.engine.Scorer;
import org.meanfield.image.PixelImage;
import org.meanfield.model.FloatVector;

/**
 * The open models of this process, each once however many tasks score with it, and kept for the
 * tasks that follow.
 */
final class SharedScorers {
  /** Kept where nobody scores with them: a pipeline may classify and describe the same images. */
  private static final int MODELS = 2;

  private static final Map<String, Shared> OPEN = new LinkedHashMap<>(); // the latest used last

  private SharedScorers() {}

  /**
   * A scorer on loan: closing it leaves the model open for others.
   *
   * @param key equal for what may be shared
   * @param opening makes a scorer, once; who comes meanwhile waits
   */
  static Scorer lease(String key, Supplier<Scorer> opening) {
    Shared shared = join(key);
    try {
      return new Lease(shared, shared.opened(opening));
    } catch (RuntimeException e) {
      leave(shared);
      throw e;
    }
  }

  private static synchronized Shared join(String key) {
    Shared known = OPEN.remove(key);
    Shared shared = known != null ? known : new Shared();
    OPEN.put(key, shared);
    shared.leases++;
    closeSurplus();
    return shared;
  }

  private static synchronized void leave(Shared shared) {
    shared.leases--;
    closeSurplus();
  }

  /** What somebody scores with stays open: a second copy would be opened beside it. */
  private static void closeSurplus() {
    Iterator<Shared> oldest = OPEN.values().iterator();
    while (OPEN.size() > MODELS && oldest.hasNext()) {
      Shared next = oldest.next();
      if (next.leases == 0) {
        oldest.remove();
        next.close();
      }
    }
  }

  /** A model that is open or being opened. */
  private static final class Shared {
    private int leases; // guarded by the class
    private Scorer scorer;

    synchronized Scorer opened(Supplier<Scorer> opening) {
      if (scorer == null) {
        scorer = opening.get();
      }
      return scorer;
    }

    synchronized void close() {
      if (scorer != null) {
        scorer.close();
      }
    }
  }

  /** What one task holds. */
  private record Lease(Shared shared, Scorer scorer, AtomicBoolean returned) implements Scorer {
    Lease(Shared shared, Scorer scorer) {
      this(shared, scorer, new AtomicBoolean());
    }

    @Override
    public ImageSpec imageSpec() {
      return scorer.imageSpec();
    }

    @Override
    public ClassIndex classes() {
      return scorer.classes();
    }

    @Override
    public List<FloatVector> score(List<PixelImage> images) {
      if (returned.get()) {
        throw new IllegalStateException("This scorer was closed; open another one");
      }
      return scorer.score(images);
    }

    @Override
    public void close() {
      if (!returned.getAndSet(true)) {
        leave(shared);
      }
    }
  }
}
