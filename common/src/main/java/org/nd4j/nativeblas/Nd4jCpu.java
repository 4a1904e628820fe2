package org.nd4j.nativeblas;

/**
 * Stands where DL4J 1.0.0-M2.1 looks, by reflection, for the class that says whether oneDNN may be
 * used. That release moved the real class, so without this one DL4J silently drops every oneDNN
 * kernel and convolves five times slower. See docs/decisions/0002-onednn-on.md.
 */
public final class Nd4jCpu {
  private Nd4jCpu() {}

  /** What DL4J asks. Method names are DL4J's. */
  public static final class Environment {
    private static final Environment INSTANCE = new Environment();

    private Environment() {}

    /** The one instance. */
    public static Environment getInstance() {
      return INSTANCE;
    }

    /** Always: the natives themselves fall back where the processor lacks something. */
    public boolean isUseMKLDNN() {
      return true;
    }
  }
}
