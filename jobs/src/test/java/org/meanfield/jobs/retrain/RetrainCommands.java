package org.meanfield.jobs.retrain;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import org.meanfield.image.PngEncoder;
import org.meanfield.jobs.cli.Console;
import org.meanfield.jobs.cli.Meanfield;
import org.meanfield.jobs.ingest.TinyImages;
import org.meanfield.jobs.registry.ModelRegistry;
import org.meanfield.jobs.registry.RegistryCommands;
import org.meanfield.jobs.registry.StoppingFileSystem;
import org.meanfield.jobs.storage.Storage;
import org.meanfield.jobs.testing.LocalSpark;

/** Runs {@code meanfield retrain} as a scheduler would, on small drawn images. */
final class RetrainCommands {
  /** Images of each class in the frozen test split. */
  static final int TESTS = 36;

  static final Retraining.Watch UNDISTURBED = new Retraining.Watch() {};

  private final Path folder;
  private final String scheme;
  private final List<String> settings = new ArrayList<>();
  private final ByteArrayOutputStream printed = new ByteArrayOutputStream();

  RetrainCommands(Path folder) {
    this(folder, "");
  }

  /** With everything but the deliveries on another file system. */
  RetrainCommands(Path folder, String scheme) {
    this.folder = folder;
    this.scheme = scheme;
  }

  /** With another setting in every command. */
  RetrainCommands with(String setting) {
    settings.add("--set");
    settings.add(setting);
    return this;
  }

  /** Where everything lies: {@code input}, {@code retrain}, {@code registry}, {@code serving}. */
  Path at(String name) {
    return folder.resolve(name);
  }

  /** A delivery with a training and a test split. */
  void deliverWithTest(String name, int from, int to) {
    for (String label : TinyImages.CLASSES) {
      draw(at("input/" + name + "/train/" + label), label, from, to);
      draw(at("input/" + name + "/test/" + label), label, 100_000, 100_000 + TESTS);
    }
  }

  /** A delivery of images {@code from} (inclusive) to {@code to} of every class. */
  void deliver(String name, int from, int to) {
    for (String label : TinyImages.CLASSES) {
      draw(at("input/" + name + "/" + label), label, from, to);
    }
  }

  /** A delivery in which every image has another class's label. */
  void deliverMislabelled(String name, int from, int to) {
    List<String> classes = TinyImages.CLASSES;
    for (int i = 0; i < classes.size(); i++) {
      String wrong = classes.get((i + 1) % classes.size());
      draw(at("input/" + name + "/" + wrong), classes.get(i), from, to);
    }
  }

  static void draw(Path folder, String picture, int from, int to) {
    try {
      Files.createDirectories(folder);
      for (int i = from; i < to; i++) {
        byte[] png = PngEncoder.encode(TinyImages.draw(picture, i));
        Files.write(folder.resolve(picture + "-" + i + ".png"), png);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  int run(String... more) {
    return run(UNDISTURBED, Clock.systemUTC(), more);
  }

  int run(Retraining.Watch watch, Clock clock, String... more) {
    printed.reset();
    List<String> arguments = new ArrayList<>(List.of("retrain"));
    arguments.addAll(List.of("--input", at("input").toString()));
    arguments.addAll(List.of("--output", scheme + at("retrain")));
    arguments.addAll(List.of("--registry", scheme + at("registry")));
    arguments.addAll(List.of("--serving", scheme + at("serving")));
    for (String setting :
        List.of(
            "model.name=mlp",
            "train.workers=2",
            "train.epochs=5",
            "train.batch-size=8",
            "train.averaging-period=4",
            "train.engine=nd4j",
            "optimizer.name=adam",
            "optimizer.learning-rate=0.003",
            "ingest.validation-fraction=0.1",
            "promotion.margin=0.1",
            "promotion.maximum-class-regression=0.25",
            "promotion.maximum-calibration-error=1",
            "export.checked-images=100")) {
      arguments.addAll(List.of("--set", setting));
    }
    if (!scheme.isEmpty()) {
      String known = "fs." + StoppingFileSystem.SCHEME + ".impl=";
      arguments.addAll(
          List.of("--spark-conf", "spark.hadoop." + known + StoppingFileSystem.class.getName()));
    }
    arguments.addAll(settings);
    arguments.addAll(List.of(more));
    PrintStream out = new PrintStream(printed, true, StandardCharsets.UTF_8);
    return new Meanfield(
            List.of(new RetrainJob(watch, clock)),
            out,
            out,
            new Console(out, Console.TerminalKind.PLAIN))
        .run(LocalSpark.session(), arguments.toArray(new String[0]));
  }

  /** Runs {@code meanfield registry} on the same registry, as a person would. */
  int registry(String verb, String... more) {
    List<String> arguments = new ArrayList<>(List.of("registry", verb));
    arguments.addAll(List.of("--registry", at("registry").toString()));
    arguments.addAll(List.of(more));
    PrintStream out = new PrintStream(printed, true, StandardCharsets.UTF_8);
    return new Meanfield(
            RegistryCommands.all(), out, out, new Console(out, Console.TerminalKind.PLAIN))
        .run(arguments.toArray(new String[0]));
  }

  /** What the newest command printed. */
  String printed() {
    return printed.toString(StandardCharsets.UTF_8);
  }

  JsonNode result() {
    return json("retrain/result.json");
  }

  JsonNode json(String file) {
    try {
      return new ObjectMapper().readTree(Files.readAllBytes(at(file)));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  ModelRegistry registry() {
    Storage storage = new Storage(LocalSpark.session().sparkContext().hadoopConfiguration());
    return new ModelRegistry(storage, at("registry").toString(), "test", Clock.systemUTC());
  }
}
