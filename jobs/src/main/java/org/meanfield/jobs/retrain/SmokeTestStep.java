package org.meanfield.jobs.retrain;

import static org.apache.spark.sql.functions.col;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.apache.spark.sql.Row;
import org.meanfield.data.Split;
import org.meanfield.engine.Scorer;
import org.meanfield.error.CorruptArtifactException;
import org.meanfield.export.Classification;
import org.meanfield.export.Classification.Candidate;
import org.meanfield.export.ServingBundle;
import org.meanfield.image.ImageInspector;
import org.meanfield.image.ImagePreparation;
import org.meanfield.image.PixelImage;
import org.meanfield.jobs.storage.DatasetFiles;
import org.meanfield.jobs.storage.ModelFiles;
import org.meanfield.jobs.storage.Storage;
import org.meanfield.model.FloatVector;
import org.meanfield.registry.Predictions;

/**
 * Serves the export: its files are read back, a real server is started on this machine alone, and
 * test images are posted to it one by one. Each answer must have the label and the probability that
 * the exported file gives without a server, and the labels must be those of the evaluation. An
 * export without a file that the server loads is tried without one, by its model zip.
 */
final class SmokeTestStep implements Step {
  static final String NAME = "smoke-test";
  private static final int WARM_UP = 5;
  private static final int SHOWN = 5;

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public Map<String, Object> run(Retraining retraining) {
    Storage storage = retraining.context().storage();
    String export = ExportStep.output(retraining);
    ServingBundle bundle = ServingBundle.open(export, file -> storage.read(export + "/" + file));
    if (bundle.has(ServingBundle.ONNX_FILE)) {
      try (Scorer model = ModelFiles.scorerSource(storage, export).open(1);
          ServedExport server = ServedExport.start(export, bundle)) {
        return tried(retraining, model, server::requireAnswer);
      }
    }
    retraining.say("the export has no " + ServingBundle.ONNX_FILE + ", so no server is tried");
    if (!bundle.has(ServingBundle.DL4J_FILE)) {
      return Map.of("images", 0);
    }
    try (Scorer model = ModelFiles.scorerSource(storage, export).open(1)) {
      return tried(retraining, model, (id, image, answer) -> {});
    }
  }

  /** What else must give the same answer. */
  private interface Server {
    void requireAnswer(String id, byte[] image, Candidate answer);
  }

  private static Map<String, Object> tried(Retraining retraining, Scorer model, Server server) {
    String path = EvaluateStep.output(retraining) + "/" + Predictions.FILE;
    Storage storage = retraining.context().storage();
    Predictions expected = Predictions.fromCsv(path, storage.readText(path));
    List<Double> milliseconds = new ArrayList<>();
    List<String> others = new ArrayList<>();
    for (Row row : images(retraining, expected)) {
      String id = row.getAs(DatasetFiles.ID);
      byte[] image = row.getAs(DatasetFiles.IMAGE);
      // Of the export alone: what a request costs besides depends on who sends it.
      long start = System.nanoTime();
      Candidate answer = classify(model, image);
      milliseconds.add((System.nanoTime() - start) / 1e6);
      server.requireAnswer(id, image, answer);
      String evaluated = model.classes().name(expected.byId().get(id).predicted());
      if (!answer.label().equals(evaluated)) {
        others.add("'" + answer.label() + "' for image " + id + ", expected '" + evaluated + "'");
      }
    }
    return figures(retraining, others, milliseconds);
  }

  private static Candidate classify(Scorer model, byte[] image) {
    PixelImage pixels =
        ImagePreparation.prepare(image, model.imageSpec(), ImageInspector.DEFAULT_MAX_PIXELS);
    FloatVector probabilities = model.score(List.of(pixels)).get(0);
    return Classification.of(probabilities, model.classes(), 1).top().get(0);
  }

  private static Map<String, Object> figures(
      Retraining retraining, List<String> others, List<Double> milliseconds) {
    int images = milliseconds.size();
    int same = images - others.size();
    double agreement = images == 0 ? 0 : (double) same / images;
    double least = retraining.settings().get(RetrainSettings.SMOKE_AGREEMENT);
    if (agreement < least) {
      throw new CorruptArtifactException(
          String.format(
              Locale.ROOT,
              "The export %s does not serve what was evaluated: it names the same class on %d of %d"
                  + " test images, expected at least %.4f (retrain.smoke-agreement). Answered were"
                  + " %s. Delete the folder and run again; if it stays so, report the architecture",
              ExportStep.output(retraining),
              same,
              images,
              least,
              others.subList(0, Math.min(SHOWN, others.size()))));
    }
    // The first calls pay for allocations that a server pays for once.
    List<Double> warm = new ArrayList<>(milliseconds);
    warm.subList(0, Math.min(WARM_UP, warm.size() - 1)).clear();
    warm.sort(null);
    Map<String, Object> figures = new LinkedHashMap<>();
    figures.put("images", images);
    figures.put("agreement", agreement);
    figures.put("latencyMilliseconds", warm.get(warm.size() / 2));
    return figures;
  }

  private static List<Row> images(Retraining retraining, Predictions expected) {
    List<String> ids =
        expected.byId().keySet().stream()
            .limit(retraining.settings().get(RetrainSettings.SMOKE_IMAGES))
            .toList();
    return DatasetFiles.open(
            retraining.context().spark(), retraining.context().storage(), retraining.dataset())
        .split(Split.TEST)
        .where(col(DatasetFiles.ID).isInCollection(ids))
        .select(DatasetFiles.ID, DatasetFiles.IMAGE)
        .orderBy(DatasetFiles.ID)
        .collectAsList();
  }
}
