package org.meanfield.engine;

import java.util.List;
import java.util.Optional;
import org.meanfield.engine.nd4j.Nd4jEngine;
import org.meanfield.engine.torch.TorchEngine;
import org.meanfield.error.SettingsException;
import org.meanfield.model.Network;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The engines by name. */
public final class Engines {
  /** Take the fastest engine that can run the network here. */
  public static final String AUTO = "auto";

  private static final Logger LOG = LoggerFactory.getLogger(Engines.class);

  private Engines() {}

  /** Every name in settings: {@value #AUTO} and those that {@link #named} takes. */
  public static List<String> names() {
    return List.of(AUTO, Nd4jEngine.NAME, TorchEngine.NAME);
  }

  /**
   * The engine of that name, its natives loaded.
   *
   * @param name what {@link Engine#name} says
   * @throws SettingsException where there is no such engine, or its natives are not here
   */
  public static Engine named(String name) {
    return switch (name) {
      case Nd4jEngine.NAME -> new Nd4jEngine();
      case TorchEngine.NAME -> new TorchEngine(Precision.FP32);
      case TorchEngine.NAME_TF32 -> new TorchEngine(Precision.TF32);
      case TorchEngine.NAME_BF16 -> new TorchEngine(Precision.BF16);
      default ->
          throw new SettingsException(
              "There is no engine '" + name + "'; the engines are " + String.join(", ", names()));
    };
  }

  /** Whether an engine's own name, which tells its precision too, is of one that settings name. */
  public static boolean isOf(String engine, String setting) {
    return engine.equals(setting) || engine.startsWith(setting + "-");
  }

  /**
   * The engine for a network: the one asked for, or for {@value #AUTO} {@code torch} where its
   * natives load and it knows all of the network's layers, else {@code nd4j}, with a line in the
   * log that says why.
   *
   * @param name one of {@link #names()}
   * @param precision what it is to compute in
   * @throws SettingsException where there is no such engine, its natives are not here, it does not
   *     compute in that precision, or does not know a layer of the network
   */
  public static Engine forNetwork(String name, Precision precision, Network network) {
    String chosen = name.equals(AUTO) ? fastest(network) : name;
    if (precision != Precision.FP32 && !chosen.equals(TorchEngine.NAME)) {
      throw new SettingsException(
          "Engine '"
              + chosen
              + "' computes in fp32 only, "
              + precision
              + " was asked for; choose precision fp32"
              + (name.equals(AUTO) ? ": engine 'torch' cannot run this network here" : ""));
    }
    Engine engine = precision == Precision.FP32 ? named(chosen) : new TorchEngine(precision);
    if (name.equals(TorchEngine.NAME)) {
      engine.open(network, 1).close(); // what it does not know it refuses now, by name
    }
    return engine;
  }

  /** The name of the fastest engine that runs a network here. */
  public static String fastest(Network network) {
    Optional<String> problem = TorchEngine.whyNot();
    if (problem.isPresent()) {
      LOG.warn("Engine auto: nd4j, because LibTorch cannot be loaded here: {}", problem.get());
      return Nd4jEngine.NAME;
    }
    try {
      named(TorchEngine.NAME).open(network, 1).close();
      LOG.info("Engine auto: torch, which knows all layers of '{}'", network.name());
      return TorchEngine.NAME;
    } catch (SettingsException e) {
      LOG.warn("Engine auto: nd4j, because of this: {}", e.getMessage());
      return Nd4jEngine.NAME;
    }
  }
}
