package org.meanfield.engine.nd4j;

import org.deeplearning4j.nn.conf.ConvolutionMode;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.GlobalPoolingLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
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
  private static final Logger LOG = LoggerFactory.getLogger(NativeBackend.class);
  private static final String HELPERS_DISABLED = "org.eclipse.deeplearning4j.helpers.disable";
  private final String build;
  private final HelperStatus helpers;

  /** Whether DL4J's layers use oneDNN. */
  enum HelperStatus {
    ACTIVE,
    INACTIVE
  }

  private NativeBackend() {
    this.build = chooseBuild();
    Nd4j.create(1);
    this.helpers = probe();
    if (helpers == HelperStatus.INACTIVE) {
      LOG.warn(
          "oneDNN is off (natives '{}'): convolutions run through im2col at about a fifth of the speed. A processor with AVX2 and"
              + " the onednn natives on the class path bring it back.",
          build);
    }
  }

  /** The loaded backend; loads it on first use. */
  public static NativeBackend load() {
    return Holder.INSTANCE;
  }

  /** One line: version, natives, whether oneDNN is on. */
  String description() {
    return "nd4j 1.0.0-M2.1, natives "
        + build
        + ", oneDNN "
        + (helpers == HelperStatus.ACTIVE ? "on" : "off");
  }

  /** Whether DL4J's layers use oneDNN. */
  HelperStatus helpers() {
    return helpers;
  }

  /** Limits OpenMP and BLAS of this process; a process hosts replicas of one size only. */
  void useThreads(int threads) {
    NativeOpsHolder.getInstance().getDeviceNativeOps().setOmpNumThreads(threads);
    Nd4j.getBlasWrapper();
    Nd4j.factory().blas().setMaxThreads(threads);
  }

  private static String chooseBuild() {
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
    network.close();
    return active ? HelperStatus.ACTIVE : HelperStatus.INACTIVE;
  }

  private static final class Holder {
    static final NativeBackend INSTANCE = new NativeBackend();
  }
}
