package org.meanfield.bench;

import java.util.ArrayList;
import java.util.List;

/** Images/s of one replica on one core, every engine on every network. */
final class EnginePart implements Part {
  private static final int BATCH_SIZE = 64;

  private static final List<Subject> SUBJECTS =
      List.of(
          new Subject("lenet", 28, 1),
          new Subject("cnn", 28, 1),
          new Subject("resnet20", 32, 3),
          new Subject("resnet18", 64, 3));

  private record Subject(String network, int side, int channels) {
    String label() {
      return network + " " + side + "x" + side + "x" + channels;
    }
  }

  @Override
  public String name() {
    return "engine";
  }

  @Override
  public Findings measure(Launch launch) {
    Timing timing = Timing.alone(launch.extent());
    List<Row> rows = new ArrayList<>();
    for (Subject subject : SUBJECTS) {
      for (Variant variant : Variant.values()) {
        EngineSpeed.Task task =
            new EngineSpeed.Task(
                variant, subject.network(), subject.side(), subject.channels(), BATCH_SIZE, timing);
        Outcome outcome =
            launch
                .jvm()
                .measure(
                    "engine-" + subject.network() + "-" + variant.id(),
                    EngineSpeed.class,
                    task,
                    variant.properties());
        rows.add(launch.tell(new Row(subject.label(), variant.label(), outcome)));
      }
    }
    Section section =
        new Section(
            "One replica on one core, minibatch " + BATCH_SIZE,
            "images/s",
            Variant.ND4J_AS_IT_COMES.label(),
            rows);
    return new Findings(List.of(section), List.of());
  }
}
