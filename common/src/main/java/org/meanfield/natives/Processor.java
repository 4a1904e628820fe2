package org.meanfield.natives;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
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
    if (!Files.isReadable(FILE)) {
      return Set.of();
    }
    try {
      return Files.readAllLines(FILE).stream()
          .filter(line -> line.startsWith("flags"))
          .findFirst()
          .map(line -> new TreeSet<>(Arrays.asList(line.split("\\s+"))))
          .orElseGet(TreeSet::new);
    } catch (IOException e) {
      LOG.warn("{} cannot be read ({}): taking what runs on every processor", FILE, e.getMessage());
      return Set.of();
    }
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
