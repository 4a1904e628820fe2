package org.meanfield.jobs.registry;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.meanfield.data.Sha256;
import org.meanfield.error.ConflictException;
import org.meanfield.error.CorruptArtifactException;
import org.meanfield.error.DataException;
import org.meanfield.evaluate.EvaluationReport;
import org.meanfield.evaluate.report.HtmlReport;
import org.meanfield.export.BundleManifest;
import org.meanfield.export.ServingBundle;
import org.meanfield.jobs.storage.ModelFiles;
import org.meanfield.jobs.storage.Storage;
import org.meanfield.model.TrainedModel;
import org.meanfield.registry.Contender;
import org.meanfield.registry.ExportFigures;
import org.meanfield.registry.FileDigest;
import org.meanfield.registry.ModelVersion;
import org.meanfield.registry.Predictions;

/**
 * Everything that a version keeps of a run, read and held against each other: model, export,
 * evaluation and lineage must be about the same weights.
 */
final class RunFiles {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String TRAINING = "model/training.json";
  private static final String RUN = "run.json";

  /** In a version, the {@code run.json} of the training. */
  static final String LINEAGE = "lineage/" + RUN;

  private static final Set<String> MODELS =
      Set.of(ServingBundle.ONNX_FILE, ServingBundle.DL4J_FILE);

  private final Storage storage;
  private final Registration registration;
  private final TrainedModel model;
  private final JsonNode run;
  private final Optional<EvaluationReport> evaluation;
  private final Optional<ExportFigures> export;
  private final Map<String, byte[]> files = new LinkedHashMap<>();

  /**
   * Reads them.
   *
   * @throws DataException where the run is not finished
   * @throws CorruptArtifactException where a file is damaged
   * @throws ConflictException where export or evaluation are about other weights
   */
  RunFiles(Storage storage, Registration registration) {
    this.storage = storage;
    this.registration = registration;
    for (String needed : List.of(RUN, TRAINING)) {
      if (!storage.exists(registration.run() + "/" + needed)) {
        throw new DataException(
            storage.qualify(registration.run())
                + " is no finished run: it has no "
                + needed
                + "; give the output folder of 'meanfield train' after it is done");
      }
    }
    this.model = ModelFiles.trained(storage, registration.run());
    this.run = json(registration.run() + "/" + RUN);
    for (String name : List.of(TrainedModel.STATE_FILE, TrainedModel.DEFINITION_FILE)) {
      keep("model/" + name, registration.run() + "/model/" + name);
    }
    keep(TRAINING, registration.run() + "/" + TRAINING);
    keep(LINEAGE, registration.run() + "/" + RUN);
    this.evaluation = readEvaluation();
    this.export = registration.export().map(this::readExport);
  }

  /** Path below the version's folder to content. */
  Map<String, byte[]> files() {
    return files;
  }

  /** The manifest of the version that these files become. */
  ModelVersion version(VersionFiles.Claim claim, String by, String created) {
    Map<String, FileDigest> digests = digests();
    digests.put(VersionFiles.CLAIM, claim.digest());
    return new ModelVersion(
        ModelVersion.FORMAT_VERSION,
        claim.number(),
        model.modelId(),
        digests.get("model/" + TrainedModel.STATE_FILE).sha256(),
        model.network().name(),
        model.runId(),
        model.datasetId(),
        datasetDigest(),
        settingsDigest(),
        run.path("versions").path("meanfield").asText("unknown")
            + " (commit "
            + run.path("gitCommit").asText("unknown")
            + ")",
        registration.parent().orElse(null),
        created,
        by,
        evaluation.map(ModelVersion.Figures::of).orElse(null),
        export.orElse(null),
        digests);
  }

  /** True where a version has the same files, whoever registered it. */
  boolean isRegisteredAs(ModelVersion version) {
    Map<String, FileDigest> others = new TreeMap<>(version.files());
    others.remove(VersionFiles.CLAIM);
    return others.equals(digests());
  }

  private Map<String, FileDigest> digests() {
    TreeMap<String, FileDigest> digests = new TreeMap<>();
    files.forEach(
        (path, content) -> digests.put(path, new FileDigest(content.length, Sha256.hex(content))));
    return digests;
  }

  private Optional<EvaluationReport> readEvaluation() {
    String folder = registration.evaluation().orElse(registration.run() + "/evaluation");
    String path = folder + "/" + EvaluationReport.FILE;
    if (!storage.exists(path)) {
      if (registration.evaluation().isPresent()) {
        throw new DataException(
            path + " is not there; give the output folder of 'meanfield evaluate'");
      }
      return Optional.empty();
    }
    keep("evaluation/" + EvaluationReport.FILE, path);
    EvaluationReport report = EvaluationReport.fromJson(path, storage.readText(path));
    requireSameModel(path, report.modelId());
    String page = folder + "/" + HtmlReport.FILE;
    if (storage.exists(page)) {
      keep("evaluation/" + HtmlReport.FILE, page);
    }
    String answers = folder + "/" + Predictions.FILE;
    Optional<Predictions> predictions = Optional.empty();
    if (storage.exists(answers)) {
      keep("evaluation/" + Predictions.FILE, answers);
      predictions = Optional.of(Predictions.fromCsv(answers, storage.readText(answers)));
    }
    // Refuses predictions that another evaluation made.
    Contender checked =
        new Contender(registration.run(), Optional.of(report), predictions, Optional.empty());
    return checked.evaluation();
  }

  private ExportFigures readExport(String folder) {
    ServingBundle bundle = ServingBundle.open(folder, name -> storage.read(folder + "/" + name));
    BundleManifest manifest = bundle.manifest();
    requireSameModel(folder, manifest.modelId());
    long largest = 0;
    for (Map.Entry<String, BundleManifest.FileEntry> file : manifest.files().entrySet()) {
      files.put("export/" + file.getKey(), bundle.file(file.getKey()));
      if (MODELS.contains(file.getKey())) {
        largest = Math.max(largest, file.getValue().bytes());
      }
    }
    keep("export/" + BundleManifest.FILE, folder + "/" + BundleManifest.FILE);
    return new ExportFigures(
        largest,
        registration.latencyMilliseconds().orElse(null),
        manifest.check().images(),
        manifest.check().maxDifference(),
        manifest.check().top1Agreement());
  }

  private void requireSameModel(String artefact, String modelId) {
    if (!modelId.equals(model.modelId())) {
      throw new ConflictException(
          artefact
              + " is about the model "
              + modelId
              + ", the run "
              + registration.run()
              + " ended with "
              + model.modelId()
              + "; give what was made from this run");
    }
  }

  /** The id is the beginning of the digest; the whole of it is in the data set's manifest. */
  private String datasetDigest() {
    String manifest = run.path("dataset").path("uri").asText() + "/dataset.json";
    if (run.path("dataset").path("uri").asText().isEmpty() || !storage.exists(manifest)) {
      return null;
    }
    String digest = json(manifest).path("digest").asText();
    return digest.startsWith(model.datasetId()) ? digest : null;
  }

  private String settingsDigest() {
    TreeMap<String, String> settings = new TreeMap<>();
    run.path("settings")
        .fields()
        .forEachRemaining(entry -> settings.put(entry.getKey(), entry.getValue().asText()));
    StringBuilder lines = new StringBuilder();
    settings.forEach((key, value) -> lines.append(key).append('=').append(value).append('\n'));
    return Sha256.hex(lines.toString().getBytes(StandardCharsets.UTF_8));
  }

  private void keep(String path, String source) {
    files.put(path, storage.read(source));
  }

  private JsonNode json(String path) {
    try {
      return JSON.readTree(storage.read(path));
    } catch (IOException e) {
      throw new CorruptArtifactException(
          path + " cannot be read: " + e.getMessage() + "; restore it or train again", e);
    }
  }
}
