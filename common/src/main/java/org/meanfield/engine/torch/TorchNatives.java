package org.meanfield.engine.torch;

import org.bytedeco.javacpp.Loader;
import org.bytedeco.pytorch.global.torch;
import org.meanfield.engine.nd4j.NativeBackend;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * LibTorch's natives beside ND4J's in one process. ND4J's build is chosen first: JavaCPP reads that
 * choice once, whichever library comes first.
 */
final class TorchNatives {
  private static final Logger LOG = LoggerFactory.getLogger(TorchNatives.class);

  /** The thread count that the current thread has been given; LibTorch keeps it by thread. */
  private static final ThreadLocal<Integer> GIVEN = ThreadLocal.withInitial(() -> 0);

  private TorchNatives() {}

  /** Why the natives cannot be loaded; empty where they are loaded. */
  static String problem() {
    return Holder.PROBLEM;
  }

  /**
   * Limits LibTorch's own threads on the calling thread, and on threads that have not used it yet:
   * a process hosts replicas of one size only.
   */
  static void useThreads(int threads) {
    if (GIVEN.get() != threads) {
      torch.set_num_threads(threads);
      GIVEN.set(threads);
    }
  }

  /** The vector instructions that LibTorch's kernels use here. */
  static String capability() {
    return torch.get_cpu_capability().getString();
  }

  private static String load() {
    NativeBackend.load();
    try {
      Loader.load(torch.class);
      return "";
    } catch (UnsatisfiedLinkError | NoClassDefFoundError e) {
      LOG.debug("LibTorch's natives are not here", e);
      return String.valueOf(e.getMessage());
    }
  }

  private static final class Holder {
    static final String PROBLEM = load();
  }
}
