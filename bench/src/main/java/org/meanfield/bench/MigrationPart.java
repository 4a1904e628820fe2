package org.meanfield.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;

/**
 * An existing program of DL4J's on Spark with its own master and with ours: LeNet on Fashion-MNIST,
 * all else being the same. What ours needs to place the data counts.
 */
final class MigrationPart implements Part {
  private static final String GROUP = "lenet";
  private static final String STOCK = "ParameterAveragingTrainingMaster, DL4J as it comes";
  private static final String STOCK_ONEDNN = "ParameterAveragingTrainingMaster, with oneDNN";
  private static final String OURS = "MeanfieldTrainingMaster, DL4J as it comes";
  private static final String LINES = "lines changed";
  private static final int CORES = 2;

  @Override
  public String name() {
    return "dl4j";
  }

  @Override
  public Findings measure(Launch launch) {
    List<Row> rows = new ArrayList<>();
    rows.add(row(STOCK, StockProgram.class, Variant.ND4J_AS_IT_COMES, launch));
    rows.add(row(STOCK_ONEDNN, StockProgram.class, Variant.ND4J_ONEDNN, launch));
    Row ours = row(OURS, MigratedProgram.class, Variant.ND4J_AS_IT_COMES, launch);
    rows.add(new Row(GROUP, OURS, withLines(ours.outcome(), launch.home())));
    Section section =
        new Section(
            "The same program, two workers, minibatch 64, a merge every 16 iterations; a window is"
                + " an epoch",
            "images/s",
            STOCK,
            rows);
    return new Findings(List.of(section), targets(section));
  }

  private static Row row(String system, Class<?> program, Variant variant, Launch launch) {
    MigrationTask task =
        launch
            .extent()
            .choose(
                new MigrationTask(launch.fashionMnist().toString(), 60_000, 3, CORES),
                new MigrationTask(launch.fashionMnist().toString(), 4_096, 2, CORES));
    String name = "migration-" + program.getSimpleName() + "-" + variant.id();
    return launch.tell(
        new Row(GROUP, system, launch.jvm().measure(name, program, task, variant.properties())));
  }

  private static Outcome withLines(Outcome outcome, Path home) {
    if (!(outcome instanceof Outcome.Measured measured)) {
      return outcome;
    }
    try {
      return measured.with(LINES, changedLines(home));
    } catch (IOException e) {
      return new Outcome.Missing("the two programs cannot be compared: " + e.getMessage());
    }
  }

  /** Lines of the migrated program that the other one does not have, imports among them. */
  static int changedLines(Path home) throws IOException {
    List<String> before = source(home, StockProgram.class);
    return (int)
        source(home, MigratedProgram.class).stream().filter(line -> !before.contains(line)).count();
  }

  /** Without comments and its own name. */
  private static List<String> source(Path home, Class<?> program) throws IOException {
    Path file =
        home.resolve("bench/src/main/java").resolve(program.getName().replace('.', '/') + ".java");
    return Files.readAllLines(file).stream()
        .map(line -> line.strip().replace(program.getSimpleName(), "Program"))
        .filter(line -> !line.startsWith("*") && !line.startsWith("/*"))
        .toList();
  }

  private static List<Target> targets(Section section) {
    return List.of(
        new Target(
            "whole program: " + OURS + ", divided by " + STOCK,
            Target.Bound.AT_LEAST,
            5,
            quotient(figure(section, OURS), figure(section, STOCK))),
        new Target(
            "whole program: " + OURS + ", divided by " + STOCK_ONEDNN,
            Target.Bound.AT_LEAST,
            5,
            quotient(figure(section, OURS), figure(section, STOCK_ONEDNN))),
        new Target(
            "test accuracy: ours, divided by the better of DL4J's own",
            Target.Bound.AT_LEAST,
            1,
            quotient(
                accuracy(section, OURS),
                better(accuracy(section, STOCK), accuracy(section, STOCK_ONEDNN)))));
  }

  private static OptionalDouble figure(Section section, String system) {
    return figure(section, system, MigrationClock.WHOLE);
  }

  private static OptionalDouble accuracy(Section section, String system) {
    return figure(section, system, TestAccuracy.FIGURE);
  }

  private static OptionalDouble figure(Section section, String system, String figure) {
    return section.outcome(GROUP, system) instanceof Outcome.Measured measured
        ? OptionalDouble.of(measured.figures().get(figure))
        : OptionalDouble.empty();
  }

  private static OptionalDouble quotient(OptionalDouble above, OptionalDouble below) {
    return above.isPresent() && below.isPresent()
        ? OptionalDouble.of(above.getAsDouble() / below.getAsDouble())
        : OptionalDouble.empty();
  }

  private static OptionalDouble better(OptionalDouble one, OptionalDouble other) {
    return one.isPresent() && other.isPresent()
        ? OptionalDouble.of(Math.max(one.getAsDouble(), other.getAsDouble()))
        : OptionalDouble.empty();
  }
}
