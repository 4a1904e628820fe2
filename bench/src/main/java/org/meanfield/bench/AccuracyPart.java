package org.meanfield.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;

/**
 * Test accuracy of the same trainings on every engine and precision, a few seeds each: speed must
 * not be paid for with accuracy. The rate falls to 0, so that no single step decides.
 */
final class AccuracyPart implements Part {
  private static final double WANTED = 0.3; // percentage points
  private static final int CORES = 2;
  private static final int AVERAGING_PERIOD = 16;
  private static final Variant REFERENCE = Variant.ND4J_ONEDNN;
  private static final List<Variant> VARIANTS =
      List.of(REFERENCE, Variant.TORCH_FP32, Variant.TORCH_BF16);

  /** Epochs are as many as let the whole part end within a quarter of an hour. */
  private record Subject(String network, int images, int epochs) {}

  @Override
  public String name() {
    return "accuracy";
  }

  @Override
  public Findings measure(Launch launch) {
    List<Subject> subjects =
        launch
            .extent()
            .choose(
                List.of(new Subject("lenet", 60_000, 3), new Subject("cnn", 49_152, 1)),
                List.of(new Subject("lenet", 2_048, 1)));
    int seeds = launch.extent().choose(3, 2);
    List<Row> rows = new ArrayList<>();
    for (Subject subject : subjects) {
      for (Variant variant : VARIANTS) {
        String group = subject.network() + ", epochs: " + subject.epochs();
        rows.add(
            launch.tell(
                new Row(group, variant.label(), accuracies(subject, variant, seeds, launch))));
      }
    }
    Section section =
        new Section(
            "Accuracy on the 10,000 test images of Fashion-MNIST, seeds 1 to " + seeds,
            "%",
            REFERENCE.label(),
            rows);
    return new Findings(List.of(section), targets(section));
  }

  /** One figure for each seed. */
  private static Outcome accuracies(Subject subject, Variant variant, int seeds, Launch launch) {
    List<Double> accuracies = new ArrayList<>();
    String software = "";
    for (int seed = 1; seed <= seeds; seed++) {
      MeanfieldTraining training =
          new MeanfieldTraining(
              subject.network(),
              variant,
              MeanfieldTraining.THREADS,
              "auto",
              CORES,
              AVERAGING_PERIOD,
              subject.epochs(),
              subject.images(),
              FashionMnist.SIDE,
              seed,
              "cosine");
      try {
        MeanfieldTraining.Run run = training.run(launch);
        software = run.software();
        Outcome judged = TestAccuracy.judge(training.id(), run.folder(), launch);
        if (judged.median().isEmpty()) {
          return judged;
        }
        accuracies.add(100 * judged.median().getAsDouble());
      } catch (ChildFailedException e) {
        return new Outcome.Missing(e.getMessage());
      }
    }
    return new Outcome.Measured(accuracies, software, Map.of("mean", mean(accuracies)));
  }

  private static double mean(List<Double> values) {
    return values.stream().mapToDouble(Double::doubleValue).average().orElseThrow();
  }

  private static List<Target> targets(Section section) {
    List<Target> targets = new ArrayList<>();
    for (String group : section.groups()) {
      for (Variant variant : VARIANTS) {
        if (variant != REFERENCE) {
          targets.add(
              new Target(
                  group
                      + ": mean of "
                      + variant.label()
                      + " from that of "
                      + REFERENCE.label()
                      + ", percentage points",
                  Target.Bound.AT_MOST,
                  WANTED,
                  apart(section, group, variant)));
        }
      }
    }
    return targets;
  }

  private static OptionalDouble apart(Section section, String group, Variant variant) {
    return section.outcome(group, variant.label()) instanceof Outcome.Measured one
            && section.outcome(group, REFERENCE.label()) instanceof Outcome.Measured other
        ? OptionalDouble.of(Math.abs(mean(one.windows()) - mean(other.windows())))
        : OptionalDouble.empty();
  }
}
