package org.meanfield.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;

/**
 * Runs parts one after the other and writes their reports. Started by {@code scripts/bench}, which
 * builds everything and sets the environment that all measured processes inherit.
 */
public final class Bench {
  private static final List<Part> PARTS =
      Stream.<List<Part>>of(
              List.of(new EnginePart(), new LoaderPart(), new ScoringPart()),
              PatmPart.all(),
              List.of(new MigrationPart(), new RoundsPart(), new AccuracyPart()),
              ServePart.all(),
              List.of(new PredictPart()))
          .flatMap(List::stream)
          .toList();

  private Bench() {}

  /**
   * {@code Bench HOME FASHION-MNIST COMMIT EXTENT PART}. Ends with 0 where every row has figures, 1
   * where one lacks them, 2 where there is no such part.
   */
  public static void main(String[] args) throws IOException {
    Path home = Path.of(args[0]);
    Extent extent = Extent.valueOf(args[3]);
    List<Part> chosen = PARTS.stream().filter(part -> isMeant(part, args[4])).toList();
    if (chosen.isEmpty()) {
      System.err.println(
          "There is no part '"
              + args[4]
              + "'; there are all, "
              + String.join(", ", PARTS.stream().map(Part::name).toList()));
      System.exit(2);
    }
    Path own = Files.createDirectories(home.resolve("bench/target"));
    Path results = extent.choose(home.resolve("docs/results"), own.resolve("quick-results"));
    Path folder = Files.createTempDirectory(own, "launch-");
    Launch launch = new Launch(home, folder, Path.of(args[1]), extent);
    boolean complete = true;
    for (Part part : chosen) {
      System.out.println("\n== " + part.name() + ", outputs in " + folder);
      Instant started = Instant.now();
      String load = Machine.load();
      Findings findings = part.measure(launch);
      Report report =
          new Report(
              part.name(),
              extent,
              findings.sections(),
              findings.targets(),
              Machine.now(started, load),
              args[2]);
      report.write(results);
      System.out.println("\n" + report.markdown());
      complete &= report.complete();
    }
    System.exit(complete ? 0 : 1);
  }

  /** A name before a hyphen means all that begin with it. */
  private static boolean isMeant(Part part, String name) {
    return name.equals("all") || name.equals(part.name()) || part.name().startsWith(name + "-");
  }
}
