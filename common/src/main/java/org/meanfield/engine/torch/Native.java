package org.meanfield.engine.torch;

import java.util.function.Supplier;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;

/** Bodies of code whose native effects end with them. */
final class Native {
  private Native() {}

  /** Frees everything native that the body allocates; its result must be none of that. */
  @SuppressWarnings("try") // the scope works by being open
  static <T> T temporary(Supplier<T> body) {
    try (PointerScope scope = new PointerScope()) {
      return body.get();
    }
  }

  /** The same for a body without a result. */
  @SuppressWarnings("try")
  static void temporary(Runnable body) {
    try (PointerScope scope = new PointerScope()) {
      body.run();
    }
  }

  /** Keeps what the body does off the calling thread's gradient tape. */
  @SuppressWarnings("try")
  static <T> T withoutGradient(Supplier<T> body) {
    try (NoGradGuard guard = new NoGradGuard()) {
      return body.get();
    }
  }
}
