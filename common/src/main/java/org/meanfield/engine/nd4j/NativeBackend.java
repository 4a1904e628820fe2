package org.meanfield.engine.nd4j;

import org.deeplearning4j.nn.conf.ConvolutionMode;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.GlobalPoolingLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.meanfield.engine.ComputeDevice;
import org.meanfield.error.SettingsException;
import org.meanfield.natives.NativePlatform;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.lossfunctions.LossFunctions;
import org.nd4j.nativeblas.NativeOpsHolder;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Loads ND4J's natives with oneDNN really on. Three things must be in place before ND4J's first
 * class is touched: the JavaCPP extension that names the oneDNN build, DL4J's helper switch, and
 * the class that DL4J asks (see {@link org.nd4j.nativeblas.Nd4jCpu}).
 */
public final class NativeBackend {
  /**
   * The environment variable that names OpenBLAS's kernels instead of the processor. Both engines'
   * matrix products go through OpenBLAS, so it decides their last bits.
   */
  public static final String KERNEL_CHOICE = "OPENBLAS_CORETYPE";

  private static final Logger LOG = LoggerFactory.getLogger(NativeBackend.class);
  private static final String HELPERS_DISABLED = "org.eclipse.deeplearning4j.helpers.disable";

  /** The thread count that the current thread has been given; OpenMP keeps it by thread. */
  private static final ThreadLocal<Integer> GIVEN = ThreadLocal.withInitial(() -> 0);

  private final ComputeDevice.Kind kind = BackendChoice.wanted();
  private final String build;
  private final HelperStatus helpers;

  /** Whether DL4J's layers use oneDNN. */
  enum HelperStatus {
    ACTIVE,
    INACTIVE
  }

  private NativeBackend() {
    BackendChoice.apply(kind);
    this.build = chooseBuild(kind);
    Nd4j.create(1);
    this.helpers = kind == ComputeDevice.Kind.CPU ? probe() : HelperStatus.INACTIVE;
    if (kind == ComputeDevice.Kind.CPU && helpers == HelperStatus.INACTIVE) {
      LOG.warn(
          "oneDNN is off (natives '{}'): convolutions run through im2col at about a fifth of the"
              + " speed. A processor with AVX2 and the onednn natives on the class path bring it"
              + " back.",
          build);
    }
  }

  /**
   * The loaded backend; loads it on first use.
   *
   * @throws SettingsException where the CUDA backend was asked for and does not load, or the
   *     property that asks for one says something else
   */
  public static NativeBackend load() {
    BackendChoice.wanted(); // refuses a wrong property here; in the holder it would be a fault
    if (Holder.PROBLEM != null) {
      throw new SettingsException(
          "ND4J's CUDA backend does not load: "
              + Holder.PROBLEM.getMessage()
              + "; it needs cuda/target/nd4j on the class path, CUDA 11.6's libraries and a GPU up"
              + " to Ada",
          Holder.PROBLEM);
    }
    return Holder.INSTANCE;
  }

  /**
   * Binds the calling thread to a device.
   *
   * @throws SettingsException where this process has ND4J's other backend
   */
  void use(ComputeDevice device) {
    if (device.kind() != kind) {
      throw new SettingsException(
          "Engine nd4j cannot compute on "
              + device
              + ": this process has loaded ND4J's backend for "
              + kind
              + ", and ND4J has one a process; start executors with"
              + " spark.executor.extraJavaOptions=-D"
              + BackendChoice.PROPERTY
              + "="
              + (device.isCuda() ? "cuda" : "cpu")
              + ", and in one process (master local) the driver too");
    }
    if (device.isCuda()) {
      Nd4j.getAffinityManager().unsafeSetDevice(device.index());
    }
  }

  /** What the loaded backend computes on. */
  ComputeDevice.Kind kind() {
    return kind;
  }

  /** One line: version, natives, whether oneDNN is on. */
  String description() {
    if (kind == ComputeDevice.Kind.CUDA) {
      return "nd4j 1.0.0-M2.1 on CUDA 11.6";
    }
    return "nd4j 1.0.0-M2.1, natives "
        + build
        + ", oneDNN "
        + (helpers == HelperStatus.ACTIVE ? "on" : "off")
        + kernelChoice();
  }

  /** For an engine's description: what the environment asks of OpenBLAS; empty where nothing. */
  public static String kernelChoice() {
    String choice = System.getenv(KERNEL_CHOICE);
    return choice == null ? "" : ", " + KERNEL_CHOICE + "=" + choice;
  }

  /** Whether DL4J's layers use oneDNN. */
  HelperStatus helpers() {
    return helpers;
  }

  /**
   * Limits OpenMP on the calling thread, ND4J's own loops and BLAS in the process; a process hosts
   * replicas of one size only. ND4J's loops would else take as many threads as are free at that
   * moment, and a sum's last bits with them.
   */
  void useThreads(int threads) {
    if (GIVEN.get() == threads) {
      return;
    }
    NativeOpsHolder.getInstance().getDeviceNativeOps().setOmpNumThreads(threads);
    Nd4j.getEnvironment().setMaxMasterThreads(threads);
    Nd4j.getEnvironment().setMaxThreads(threads);
    Nd4j.getBlasWrapper();
    Nd4j.factory().blas().setMaxThreads(threads);
    GIVEN.set(threads);
  }

  private static String chooseBuild(ComputeDevice.Kind kind) {
    if (kind == ComputeDevice.Kind.CUDA) {
      return "linux-x86_64";
    }
    if (System.getProperty(HELPERS_DISABLED) == null) {
      System.setProperty(HELPERS_DISABLED, "false");
    }
    return NativePlatform.choose();
  }

  private static HelperStatus probe() {
    MultiLayerNetwork network =
        new MultiLayerNetwork(
            new NeuralNetConfiguration.Builder()
                .convolutionMode(ConvolutionMode.Same)
                .list()
                .layer(new ConvolutionLayer.Builder(3, 3).nOut(2).build())
                .layer(new GlobalPoolingLayer())
                .layer(new OutputLayer.Builder(LossFunctions.LossFunction.MCXENT).nOut(2).build())
                .setInputType(InputType.convolutional(8, 8, 1))
                .build());
    network.init();
    network.output(Nd4j.zeros(1, 1, 8, 8));
    boolean active = network.getLayer(0).getHelper() != null;
    NetworkMemory.free(network);
    return active ? HelperStatus.ACTIVE : HelperStatus.INACTIVE;
  }

  private static final class Holder {
    static final NativeBackend INSTANCE;
    static final Throwable PROBLEM;

    static {
      NativeBackend loaded = null;
      Throwable problem = null;
      try {
        loaded = new NativeBackend();
      } catch (RuntimeException | LinkageError e) {
        if (BackendChoice.wanted() == ComputeDevice.Kind.CPU) {
          throw e;
        }
        problem = e;
      }
      INSTANCE = loaded;
      PROBLEM = problem;
    }
  }
}
