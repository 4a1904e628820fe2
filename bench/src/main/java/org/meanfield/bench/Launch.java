package org.meanfield.bench;

import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** What the parts of one launch share: how much to measure, the data, and where children run. */
final class Launch {
  private final Path home;
  private final Path folder;
  private final Path fashionMnist;
  private final Extent extent;
  private final ChildJvm jvm;
  private final Map<Integer, String> datasets = new HashMap<>();

  /**
   * Measures nothing yet.
   *
   * @param home the repository
   * @param folder for everything that children write
   * @param fashionMnist folder with the four IDX files
   */
  Launch(Path home, Path folder, Path fashionMnist, Extent extent) throws IOException {
    this.home = home;
    this.folder = folder;
    this.fashionMnist = fashionMnist;
    this.extent = extent;
    this.jvm = new ChildJvm(home, folder);
  }

  /** The repository. */
  Path home() {
    return home;
  }

  /** How many windows count. */
  int windows() {
    return extent.choose(5, 2);
  }

  Extent extent() {
    return extent;
  }

  ChildJvm jvm() {
    return jvm;
  }

  Path fashionMnist() {
    return fashionMnist;
  }

  /** A place for a run. */
  Path folder(String name) {
    return folder.resolve(name);
  }

  /** A data set of the first training images, ingested on first use. */
  String dataset(int trainingImages) throws ChildFailedException {
    String known = datasets.get(trainingImages);
    if (known != null) {
      return known;
    }
    Path source = folder.resolve("images-" + trainingImages);
    try {
      FashionMnist.training(fashionMnist.toString()).write(source, "train", trainingImages);
    } catch (IOException e) {
      throw new ChildFailedException("no subset of Fashion-MNIST: " + e.getMessage());
    }
    String dataset = folder.resolve("dataset-" + trainingImages).toString();
    jvm.meanfield(
        "ingest-" + trainingImages,
        List.of(
            "ingest",
            "--master=local[2]",
            "--input=" + source,
            "--output=" + dataset,
            "--set=ingest.validation-fraction=0"));
    datasets.put(trainingImages, dataset);
    return dataset;
  }

  /** Shows a row as soon as it is there. */
  Row tell(Row row) {
    String figure =
        row.outcome() instanceof Outcome.Missing missing
            ? "not measured: " + missing.reason()
            : Numerals.text(row.outcome().median().orElse(Double.NaN));
    System.out.println(row.group() + "  " + row.system() + "  " + figure);
    return row;
  }
}
