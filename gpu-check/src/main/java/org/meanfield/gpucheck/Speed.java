package org.meanfield.gpucheck;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.meanfield.engine.Engines;
import org.meanfield.engine.Minibatch;
import org.meanfield.engine.Replica;
import org.meanfield.engine.StepPosition;
import org.meanfield.model.Network;

/**
 * Images per second of training steps on the device, as a worker takes them: the minibatch lies in
 * the processor's memory, and the loss comes back after each step.
 */
final class Speed {
  private static final int REPETITIONS = 5;

  private final Options options;
  private final PrintStream out;

  Speed(Options options, PrintStream out) {
    this.options = options;
    this.out = out;
  }

  /** The exit code: 0 where every case has a figure. */
  int run(Path folder) throws IOException {
    ResultFile file = new ResultFile(folder, "speed");
    file.put("device", options.device().toString());
    file.put("engine", Engines.named("torch").description());
    file.put("repetitions", REPETITIONS);
    file.put("stepsEach", steps());
    int failed = 0;
    for (String name : options.isSmall() ? List.of("resnet18") : List.of("resnet18", "resnet50")) {
      Network network =
          options.isSmall() ? Cases.network(name, 32, 3, 10) : Cases.network(name, 224, 3, 1000);
      for (int batch : options.isSmall() ? new int[] {4} : new int[] {64, 128}) {
        Minibatch minibatch = Cases.minibatch(network, batch, 1);
        for (Computation computation : Computation.ALL) {
          Map<String, Object> result = measured(network, minibatch, computation);
          failed += result.containsKey("failure") ? 1 : 0;
          out.println(line(result));
          file.add(result);
        }
      }
    }
    return failed == 0 ? 0 : 1;
  }

  private int steps() {
    return options.isSmall() ? 2 : 10;
  }

  private Map<String, Object> measured(
      Network network, Minibatch minibatch, Computation computation) {
    Map<String, Object> result = new LinkedHashMap<>();
    result.put("network", network.name());
    result.put("batch", minibatch.size());
    result.put("precision", computation.precision());
    try (Replica replica = Engines.named(computation.engine()).open(network, options.device(), 1)) {
      int iteration = 0;
      for (; iteration < steps(); iteration++) {
        replica.step(minibatch, new StepPosition(iteration, 0, iteration));
      }
      List<Double> rates = new ArrayList<>();
      for (int repetition = 0; repetition < REPETITIONS; repetition++) {
        long begin = System.nanoTime();
        for (int i = 0; i < steps(); i++, iteration++) {
          replica.step(minibatch, new StepPosition(iteration, 0, iteration));
        }
        double seconds = (System.nanoTime() - begin) / 1e9;
        rates.add(steps() * minibatch.size() / seconds);
      }
      double[] sorted = rates.stream().mapToDouble(Double::doubleValue).sorted().toArray();
      result.put("imagesPerSecond", sorted[sorted.length / 2]);
      result.put("all", Arrays.stream(sorted).boxed().toList());
    } catch (RuntimeException | LinkageError e) {
      result.put("failure", Failure.firstLine(e));
    }
    return result;
  }

  private static String line(Map<String, Object> result) {
    String head =
        String.format(
            Locale.ROOT,
            "%-9s batch %-4s %-5s ",
            result.get("network"),
            result.get("batch"),
            result.get("precision"));
    return head
        + (result.containsKey("failure")
            ? "FAILED: " + result.get("failure")
            : String.format(
                Locale.ROOT, "%,8.0f images/s", (Double) result.get("imagesPerSecond")));
  }
}
