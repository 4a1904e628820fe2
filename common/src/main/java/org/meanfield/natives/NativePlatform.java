package org.meanfield.natives;

import java.util.Set;

/**
 * Which build of the natives this process uses. JavaCPP reads the choice when the first of its
 * classes is loaded and never again, so that whoever is about to load natives, of whichever
 * library, makes it first.
 */
public final class NativePlatform {
  private static final String EXTENSION = "org.bytedeco.javacpp.platform.extension";
  private static final Set<String> AVX512 =
      Set.of("avx512f", "avx512dq", "avx512bw", "avx512vl", "avx512cd");

  private NativePlatform() {}

  /**
   * Makes the choice where nobody made it yet.
   *
   * @return the build's name: {@code linux-x86_64} with the extension
   */
  public static synchronized String choose() {
    if (System.getProperty(EXTENSION) == null) {
      String extension = extensionFor(Processor.flags());
      if (!extension.isEmpty()) {
        System.setProperty(EXTENSION, extension);
      }
    }
    return "linux-x86_64" + System.getProperty(EXTENSION, "");
  }

  /**
   * The JavaCPP extension of the fastest ND4J natives that a processor with these flags can run;
   * empty for the plain ones. Libraries without such a build fall back to their plain one.
   */
  public static String extensionFor(Set<String> flags) {
    if (flags.containsAll(AVX512)) {
      return "-onednn-avx512";
    }
    return flags.contains("avx2") ? "-onednn-avx2" : "";
  }
}
