package org.meanfield.engine.nd4j;

import java.io.IOException;
import java.io.InputStream;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Enumeration;
import java.util.List;
import org.meanfield.engine.ComputeDevice;
import org.meanfield.error.SettingsException;
import org.nd4j.common.config.ND4JClassLoading;

/**
 * Which of ND4J's backends a process has. ND4J takes the one of the highest priority on the class
 * path, once and for all, and a process cannot change the environment variables that hold the
 * priorities: so it is shown only the one that is wanted.
 */
final class BackendChoice {
  /** The system property: {@code cpu}, or {@code cuda} for every replica of this process. */
  static final String PROPERTY = "meanfield.nd4j.backend";

  private static final String SERVICE = "META-INF/services/org.nd4j.linalg.factory.Nd4jBackend";
  private static final String CPU = "org.nd4j.linalg.cpu.nativecpu.CpuBackend";
  private static final String CUDA = "org.nd4j.linalg.jcublas.JCublasBackend";

  private BackendChoice() {}

  /** What the system property says; the processor unless it is set. */
  static ComputeDevice.Kind wanted() {
    return ComputeDevice.parse(System.getProperty(PROPERTY, "cpu")).kind();
  }

  /**
   * Shows ND4J one backend only, where the class path has several. Must come before its first
   * class.
   *
   * @throws SettingsException where the class path has no such backend
   */
  static void apply(ComputeDevice.Kind kind) {
    ClassLoader loader = ND4JClassLoading.getNd4jClassloader();
    if (kind == ComputeDevice.Kind.CPU && declaring(loader, CUDA).isEmpty()) {
      return; // ND4J's own search finds what there is
    }
    String backend = kind == ComputeDevice.Kind.CUDA ? CUDA : CPU;
    if (declaring(loader, backend).isEmpty()) {
      throw new SettingsException(
          "ND4J's backend "
              + backend
              + " is not on the class path, and "
              + PROPERTY
              + " asks for "
              + kind
              + (kind == ComputeDevice.Kind.CUDA
                  ? "; build with -Pcuda and add the jars of cuda/target/nd4j"
                  : "; add org.nd4j:nd4j-native"));
    }
    ND4JClassLoading.setNd4jClassloader(new OneBackend(loader, backend));
  }

  /** The declarations of a backend that a class loader finds. */
  static List<URL> declaring(ClassLoader loader, String backend) {
    List<URL> declaring = new ArrayList<>();
    try {
      for (URL url : Collections.list(loader.getResources(SERVICE))) {
        try (InputStream stream = url.openStream()) {
          String declared = new String(stream.readAllBytes(), StandardCharsets.UTF_8);
          if (declared.lines().map(String::strip).anyMatch(backend::equals)) {
            declaring.add(url);
          }
        }
      }
    } catch (IOException e) {
      throw new IllegalStateException("The class path's " + SERVICE + " cannot be read", e);
    }
    return declaring;
  }

  /** The class path but for the declarations of other backends. */
  static final class OneBackend extends ClassLoader {
    private final String backend;

    OneBackend(ClassLoader parent, String backend) {
      super(parent);
      this.backend = backend;
    }

    @Override
    public Enumeration<URL> getResources(String name) throws IOException {
      return name.equals(SERVICE)
          ? Collections.enumeration(declaring(getParent(), backend))
          : super.getResources(name);
    }
  }
}
