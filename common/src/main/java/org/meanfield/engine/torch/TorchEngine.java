package org.meanfield.engine.torch;

import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.meanfield.engine.ComputeDevice;
import org.meanfield.engine.Engine;
import org.meanfield.engine.Precision;
import org.meanfield.engine.Predictor;
import org.meanfield.engine.Replica;
import org.meanfield.engine.nd4j.GraphLayout;
import org.meanfield.engine.nd4j.NativeBackend;
import org.meanfield.engine.nd4j.Nd4jEngine;
import org.meanfield.error.SettingsException;
import org.meanfield.model.ModelState;
import org.meanfield.model.Network;
import org.meanfield.natives.Processor;

/**
 * LibTorch, running DL4J's configurations on DL4J's layout of parameters and updater state, so that
 * a state means the same to this engine and to {@code nd4j}.
 */
public final class TorchEngine implements Engine {
  /** The name in settings and reports. */
  public static final String NAME = "torch";

  /** The name of the same engine computing in bfloat16: other bits, so another name in a plan. */
  public static final String NAME_BF16 = "torch-bf16";

  /** The name of the same engine computing in TF32 on GPUs. */
  public static final String NAME_TF32 = "torch-tf32";

  private static final String VERSION = "2.10.0";
  private static final Map<String, GraphLayout> LAYOUTS = new ConcurrentHashMap<>();

  private final Precision precision;
  private final ImageLayout images;

  /** Loads the natives. Errors: {@link SettingsException} where they are not here. */
  public TorchEngine(Precision precision) {
    this(precision, ImageLayout.CHANNELS_LAST);
  }

  /** The same with a layout of choice, for comparing them: a plan does not know of it. */
  public TorchEngine(Precision precision, ImageLayout images) {
    this.precision = precision;
    this.images = images;
    whyNot()
        .ifPresent(
            problem -> {
              throw new SettingsException(
                  "Engine '"
                      + NAME
                      + "' cannot load LibTorch's natives: "
                      + problem
                      + "; put org.bytedeco:pytorch for this platform on the class path or choose"
                      + " engine 'nd4j'");
            });
  }

  /** Why this engine cannot run in this process; empty where it can. */
  public static Optional<String> whyNot() {
    return Optional.of(TorchNatives.problem()).filter(problem -> !problem.isEmpty());
  }

  /** Why this process cannot compute on a GPU, and what to do; empty where it can. */
  public static Optional<String> whyNoGpu() {
    Optional<String> problem = whyNot();
    return problem.isPresent() ? problem : TorchNatives.whyNoGpu();
  }

  /**
   * Whether a device computes bfloat16 by instructions of its own, so that it is faster than fp32.
   * Of GPUs the first that this process sees answers for all.
   */
  public static boolean computesBf16(ComputeDevice device) {
    return device.isCuda() ? TorchNatives.gpuComputesBf16() : Processor.computesBf16();
  }

  @Override
  public String name() {
    return switch (precision) {
      case FP32 -> NAME;
      case TF32 -> NAME_TF32;
      case BF16 -> NAME_BF16;
    };
  }

  @Override
  public String description() {
    return "LibTorch "
        + VERSION
        + ", "
        + precision
        + ", kernels for "
        + TorchNatives.capability()
        + NativeBackend.kernelChoice();
  }

  /** DL4J's own initialisation: both engines start from the same weights. */
  @Override
  public ModelState initialState(Network network) {
    return new Nd4jEngine().initialState(network);
  }

  @Override
  public Replica open(Network network, int threads) {
    return open(network, ComputeDevice.CPU, threads);
  }

  @Override
  public Replica open(Network network, ComputeDevice device, int threads) {
    return new TorchReplica(
        network, layout(network), new TorchDevice(device, precision), precision, images, threads);
  }

  @Override
  public Predictor predictor(Network network, ModelState state, int threads) {
    TorchDevice device = new TorchDevice(ComputeDevice.CPU, precision);
    return new TorchPredictor(network, layout(network), state, device, precision, images, threads);
  }

  private static GraphLayout layout(Network network) {
    return LAYOUTS.computeIfAbsent(network.configurationJson(), json -> GraphLayout.of(network));
  }
}
