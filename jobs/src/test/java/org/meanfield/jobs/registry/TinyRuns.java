package org.meanfield.jobs.registry;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.meanfield.data.ClassIndex;
import org.meanfield.data.Split;
import org.meanfield.evaluate.EvaluationSubject;
import org.meanfield.evaluate.Evaluator;
import org.meanfield.export.ExportCheck;
import org.meanfield.export.ModelZip;
import org.meanfield.export.ServingBundle;
import org.meanfield.jobs.testing.LinearClassifier;
import org.meanfield.model.FloatVector;
import org.meanfield.model.TrainedModel;
import org.meanfield.registry.Predictions;

/** Finished runs with evaluation and export, as the commands leave them, of a model each. */
final class TinyRuns {
  static final int EXAMPLES = 600;
  private static final List<String> CLASSES = List.of("cat", "dog", "owl");

  private final Path folder;

  TinyRuns(Path folder) {
    this.folder = folder;
  }

  /**
   * A run whose model is wrong on the first so many examples of each 100.
   *
   * @param seed another seed, another model
   */
  Registration run(long seed, int wrongOfHundred) {
    Path run = folder.resolve("run-" + seed);
    Path export = folder.resolve("export-" + seed);
    if (!Files.exists(run)) {
      TrainedModel model = model(seed);
      model.toFiles().forEach((name, content) -> write(run.resolve("model/" + name), content));
      write(run.resolve("model/training.json"), "{\"runId\": \"" + model.runId() + "\"}");
      write(
          run.resolve("run.json"),
          """
          {"runId": "run-%1$d", "settings": {"train.seed": "%1$d", "train.epochs": "3"},
           "dataset": {"uri": "", "datasetId": "data"}, "gitCommit": "abc",
           "versions": {"meanfield": "0.1.0"}}
          """
              .formatted(seed));
      evaluate(model, run.resolve("evaluation"), wrongOfHundred);
      Map<String, byte[]> forms =
          Map.of(
              ServingBundle.DL4J_FILE,
              ModelZip.encode(model),
              ServingBundle.ONNX_FILE,
              ("onnx of " + seed).getBytes(UTF_8));
      ServingBundle.files(model, forms, new ExportCheck(128, 1e-7, 1))
          .forEach((name, content) -> write(export.resolve(name), content));
    }
    return new Registration(
        run.toString(),
        Optional.of(export.toString()),
        Optional.empty(),
        Optional.empty(),
        Optional.empty());
  }

  private static TrainedModel model(long seed) {
    TrainedModel random = new LinearClassifier(2, CLASSES, seed).trained();
    return new TrainedModel(random.network(), random.state(), "run-" + seed, random.datasetId());
  }

  private static void evaluate(TrainedModel model, Path folder, int wrongOfHundred) {
    Evaluator evaluator = new Evaluator(CLASSES.size());
    TreeMap<String, Predictions.Answer> answers = new TreeMap<>();
    for (int i = 0; i < EXAMPLES; i++) {
      int label = i % CLASSES.size();
      int predicted = i % 100 < wrongOfHundred ? (label + 1) % CLASSES.size() : label;
      float[] probabilities = {0.04f, 0.04f, 0.04f};
      probabilities[predicted] = 0.92f;
      String id = String.format(Locale.ROOT, "%064d", i);
      evaluator.add(id, label, FloatVector.wrap(probabilities));
      answers.put(id, new Predictions.Answer(label, predicted));
    }
    EvaluationSubject subject =
        new EvaluationSubject(model.modelId(), "data", Split.TEST, new ClassIndex(CLASSES));
    write(folder.resolve("evaluation.json"), evaluator.report(subject).toJson());
    write(folder.resolve("report.html"), "<title>a page</title>");
    write(folder.resolve(Predictions.FILE), new Predictions(answers).toCsv());
  }

  private static void write(Path file, String text) {
    write(file, text.getBytes(UTF_8));
  }

  private static void write(Path file, byte[] content) {
    try {
      Files.createDirectories(file.getParent());
      Files.write(file, content);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
