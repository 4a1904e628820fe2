package org.meanfield.gpucheck;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.meanfield.engine.ComputeDevice;
import org.meanfield.engine.Engine;
import org.meanfield.engine.Engines;
import org.meanfield.engine.Minibatch;
import org.meanfield.engine.Precision;
import org.meanfield.engine.Replica;
import org.meanfield.engine.StepPosition;
import org.meanfield.engine.torch.ImageLayout;
import org.meanfield.engine.torch.TorchEngine;
import org.meanfield.model.ModelState;
import org.meanfield.model.Network;
import org.meanfield.model.SmoothTwin;

/**
 * The device against the processor in fp32: from one state, with the same minibatches, the class
 * probabilities, the loss and the change by one step; and for the network's smooth twin the losses
 * and the whole state after ten steps, at a small learning rate. With bends, or at a large rate,
 * two correct computations part for good after a few steps.
 */
final class Conformance {
  private static final int STEPS = 10;

  private final Options options;
  private final PrintStream out;

  /**
   * With images channel by channel: as they lie in training, LibTorch's sums over a batch are the
   * less exact ones on a processor, and would be taken for a fault of the GPU.
   */
  private final Engine reference = new TorchEngine(Precision.FP32, ImageLayout.CONTIGUOUS);

  Conformance(Options options, PrintStream out) {
    this.options = options;
    this.out = out;
  }

  private record Subject(String architecture, int side, int channels) {}

  private List<Subject> subjects() {
    return options.isSmall()
        ? List.of(
            new Subject("lenet", 28, 1),
            new Subject("cnn", 16, 1),
            new Subject("mlp", 8, 3),
            new Subject("resnet20", 16, 3),
            new Subject("resnet18", 64, 3))
        : List.of(
            new Subject("lenet", 28, 1),
            new Subject("cnn", 28, 1),
            new Subject("mlp", 28, 1),
            new Subject("resnet20", 32, 3),
            new Subject("resnet18", 64, 3),
            new Subject("resnet50", 64, 3));
  }

  /** The exit code: 0 where everything agrees. */
  int run(Path folder) throws IOException {
    ResultFile file = new ResultFile(folder, "conformance");
    file.put("device", options.device().toString());
    file.put("engine", Engines.named("torch").description());
    int bad = 0;
    for (Computation computation : Computation.ALL) {
      for (Subject subject : subjects()) {
        Map<String, Object> result = measured(computation, subject);
        bad += "agrees".equals(result.get("verdict")) ? 0 : 1;
        out.println(line(result));
        file.add(result);
      }
    }
    return bad == 0 ? 0 : 1;
  }

  private Map<String, Object> measured(Computation computation, Subject subject) {
    Map<String, Object> result = new LinkedHashMap<>();
    result.put("network", subject.architecture());
    result.put("images", subject.side() + "x" + subject.side() + "x" + subject.channels());
    result.put("precision", computation.precision());
    try {
      compare(computation, subject, result);
    } catch (RuntimeException | LinkageError e) {
      result.put("verdict", "failed");
      result.put("failure", Failure.firstLine(e));
    }
    return result;
  }

  private void compare(Computation computation, Subject subject, Map<String, Object> result) {
    Network network = Cases.network(subject.architecture(), subject.side(), subject.channels(), 10);
    Limits limits = new Limits(result);
    result.put("repeats", compareOneStep(computation, network, limits) ? "yes" : "no");
    compareTenSteps(computation, SmoothTwin.of(network), limits);
    limits.conclude();
  }

  /** The result: whether the same steps on the device lead to the same bits. */
  private boolean compareOneStep(Computation computation, Network network, Limits limits) {
    ModelState start = reference.initialState(network);
    try (Replica here = reference.open(network, ComputeDevice.CPU, 1);
        Replica there = Engines.named(computation.engine()).open(network, options.device(), 1)) {
      here.load(start);
      there.load(start);
      Minibatch minibatch = minibatch(network, 0);
      limits.hold(
          "outputs",
          Distance.relative(here.predict(minibatch), there.predict(minibatch)),
          computation.values());
      StepPosition position = new StepPosition(0, 0, 0);
      double expected = here.step(minibatch, position);
      double found = there.step(minibatch, position);
      limits.hold("firstLoss", Math.abs(found - expected) / expected, computation.values());
      limits.hold(
          "firstChange", change(start, here.state(), there.state()), computation.firstChange());
      return afterTenSteps(there, start, network).equals(afterTenSteps(there, start, network));
    }
  }

  private void compareTenSteps(Computation computation, Network smooth, Limits limits) {
    ModelState start = reference.initialState(smooth);
    try (Replica here = reference.open(smooth, ComputeDevice.CPU, 1);
        Replica there = Engines.named(computation.engine()).open(smooth, options.device(), 1)) {
      here.load(start);
      there.load(start);
      double losses = 0;
      for (int i = 0; i < STEPS; i++) {
        Minibatch minibatch = minibatch(smooth, i);
        StepPosition position = new StepPosition(i, 0, i);
        double expected = here.step(minibatch, position);
        double found = there.step(minibatch, position);
        losses = Math.max(losses, Math.abs(found - expected) / expected);
      }
      ModelState expected = here.state();
      ModelState found = there.state();
      limits.hold("change", change(start, expected, found), computation.tenSteps());
      limits.hold(
          "updaterState",
          Distance.relative(expected.updaterState(), found.updaterState()),
          computation.tenSteps());
      limits.hold("losses", losses, computation.values());
    }
  }

  private ModelState afterTenSteps(Replica replica, ModelState start, Network network) {
    replica.load(start);
    for (int i = 0; i < STEPS; i++) {
      replica.step(minibatch(network, i), new StepPosition(i, 0, i));
    }
    return replica.state();
  }

  private static double change(ModelState start, ModelState expected, ModelState found) {
    return Distance.relative(
        Distance.change(start.parameters(), expected.parameters()),
        Distance.change(start.parameters(), found.parameters()));
  }

  private Minibatch minibatch(Network network, int step) {
    return Cases.minibatch(network, options.isSmall() ? 8 : 16, step);
  }

  private static String line(Map<String, Object> result) {
    String head =
        String.format(Locale.ROOT, "%-9s %-5s ", result.get("network"), result.get("precision"));
    if (result.containsKey("failure")) {
      return head + "FAILED: " + result.get("failure");
    }
    return head
        + figure(result, "outputs")
        + figure(result, "firstChange")
        + "smooth, after "
        + STEPS
        + " steps: "
        + figure(result, "change")
        + figure(result, "updaterState")
        + figure(result, "losses")
        + "same bits again: "
        + result.get("repeats")
        + "  "
        + result.get("verdict");
  }

  private static String figure(Map<String, Object> result, String what) {
    return String.format(Locale.ROOT, "%s %.1e  ", what, (Double) result.get(what));
  }
}
