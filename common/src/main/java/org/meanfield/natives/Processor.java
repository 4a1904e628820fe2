package org.meanfield.natives;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What the processor of this process can do, by the kernel's names; nothing known elsewhere. */
public final class Processor {
  private static final Logger LOG = LoggerFactory.getLogger(Processor.class);
  private static final Path FILE = Path.of("/proc/cpuinfo");

  private Processor() {}

  /** Instruction sets, e.g. {@code avx2}; empty where they cannot be read. */
  public static Set<String> flags() {
    return value("flags")
        .<Set<String>>map(flags -> new TreeSet<>(Arrays.asList(flags.strip().split("\\s+"))))
        .orElseGet(Set::of);
  }

  /** What the file says about the first processor; empty where it is not known. */
  private static Optional<String> value(String key) {
    if (!Files.isReadable(FILE)) {
      return Optional.empty();
    }
    try {
      return Files.readAllLines(FILE).stream()
          .filter(line -> line.startsWith(key))
          .map(line -> line.substring(line.indexOf(':') + 1))
          .findFirst();
    } catch (IOException e) {
      LOG.warn("{} cannot be read ({}): taking what runs on every processor", FILE, e.getMessage());
      return Optional.empty();
    }
  }

  /** What the maker calls it; {@code unknown processor} where that cannot be read. */
  public static String name() {
    return value("model name").map(String::strip).orElse("unknown processor");
  }

  /** True where bfloat16 is computed by instructions of its own, so that it is faster than fp32. */
  public static boolean computesBf16() {
    return computesBf16(flags());
  }

  /** The same for a processor with these flags. */
  static boolean computesBf16(Set<String> flags) {
    return flags.contains("avx512_bf16") || flags.contains("amx_bf16");
  }
}
