package org.meanfield.bench;

import java.util.ArrayList;
import java.util.List;

/** Images/s of one core that reads, decodes and augments, from encoded images to minibatches. */
final class LoaderPart implements Part {
  private static final double WANTED = 15_000;

  @Override
  public String name() {
    return "loader";
  }

  @Override
  public Findings measure(Launch launch) {
    Timing timing = Timing.alone(launch.extent());
    List<Row> rows = new ArrayList<>();
    for (LoaderSpeed.Images images : LoaderSpeed.Images.values()) {
      for (LoaderSpeed.Reader reader : LoaderSpeed.Reader.values()) {
        Outcome outcome =
            launch
                .jvm()
                .measure(
                    "loader-" + images.name() + "-" + reader.name(),
                    LoaderSpeed.class,
                    new LoaderSpeed.Task(images, reader, timing),
                    List.of("-Djava.awt.headless=true"));
        rows.add(launch.tell(new Row(images.label(), reader.label(), outcome)));
      }
    }
    Section section =
        new Section(
            "From encoded images to minibatches of 64, one thread",
            "images/s",
            LoaderSpeed.Reader.IMAGE_IO.label(),
            rows);
    Target target =
        new Target(
            "32x32 JPEG, decode, crop and flip, images/s per core",
            Target.Bound.AT_LEAST,
            WANTED,
            section
                .outcome(LoaderSpeed.Images.JPEG_32.label(), LoaderSpeed.Reader.VERIFIED.label())
                .median());
    return new Findings(List.of(section), List.of(target));
  }
}
