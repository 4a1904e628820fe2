package org.meanfield.jobs.export;

import java.time.Clock;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.meanfield.config.Setting;
import org.meanfield.data.DatasetManifest;
import org.meanfield.engine.Engine;
import org.meanfield.engine.EngineScorer;
import org.meanfield.engine.Engines;
import org.meanfield.engine.Scorer;
import org.meanfield.error.ConflictException;
import org.meanfield.error.DataException;
import org.meanfield.export.BundleManifest;
import org.meanfield.export.ExportCheck;
import org.meanfield.export.ModelZip;
import org.meanfield.export.OnnxBytesScorer;
import org.meanfield.export.OnnxExporter;
import org.meanfield.export.OnnxScorer;
import org.meanfield.export.ServerLayout;
import org.meanfield.export.ServingBundle;
import org.meanfield.export.onnx.PixelForm;
import org.meanfield.image.PixelImage;
import org.meanfield.jobs.cli.Job;
import org.meanfield.jobs.cli.JobContext;
import org.meanfield.jobs.cli.JobResult;
import org.meanfield.jobs.cli.JobResult.Status;
import org.meanfield.jobs.export.ExportSettings.Form;
import org.meanfield.jobs.storage.FolderLock;
import org.meanfield.jobs.storage.ModelFiles;
import org.meanfield.jobs.storage.OutputClaim;
import org.meanfield.jobs.storage.Staging;
import org.meanfield.jobs.storage.Storage;
import org.meanfield.model.Network;
import org.meanfield.model.TrainedModel;
import org.meanfield.registry.RegistryState;

/**
 * {@code meanfield export}: a trained model in forms that servers load, checked before it is
 * published.
 */
public final class ExportJob implements Job {
  /** No export is published on fewer. */
  static final int MINIMUM_IMAGES = 100;

  private static final String COMMAND = "export";
  private static final String RUN_FILE = "run.json";

  private final Writer onnx;

  /** Writes a model's file. */
  interface Writer {
    byte[] write(TrainedModel model);
  }

  /** With the program's own exporter. */
  public ExportJob() {
    this(OnnxExporter::export);
  }

  ExportJob(Writer onnx) {
    this.onnx = onnx;
  }

  @Override
  public String command() {
    return COMMAND;
  }

  @Override
  public String summary() {
    return "Export a trained model for servers and programs, checked against it on real images";
  }

  @Override
  public List<Setting<?>> settings() {
    return ExportSettings.declared();
  }

  @Override
  public List<Option> options() {
    return List.of(
        new Option("--model", ExportSettings.MODEL),
        new Option("--output", ExportSettings.OUTPUT),
        new Option("--to", ExportSettings.TO),
        new Option("--data", ExportSettings.DATA));
  }

  @Override
  public Setting<String> output() {
    return ExportSettings.OUTPUT;
  }

  @Override
  public JobResult run(JobContext context) {
    ExportSettings settings = ExportSettings.from(context.settings());
    Storage storage = context.storage();
    String output = storage.qualify(settings.output());
    TrainedModel model = ModelFiles.trained(storage, settings.model());
    Map<String, byte[]> models = models(model, settings.forms());
    Map<String, byte[]> files = withLayouts(model, models, settings);
    SmallerVariants variants = new SmallerVariants(context, settings, model);
    List<String> names = new ArrayList<>(files.keySet());
    names.addAll(variants.names());
    Optional<JobResult> before = finishedBefore(storage, output, model, names, files);
    if (before.isPresent()) {
      return before.get();
    }
    requireFree(storage, output, names);
    List<PixelImage> images =
        CheckImage.pixels(
            CheckImages.of(
                context,
                settings,
                model.network().imageSpec(),
                CheckImages.UNSEEN,
                settings.checkedImages()));
    if (images.size() < MINIMUM_IMAGES) {
      throw new DataException(
          "An export is checked on at least "
              + MINIMUM_IMAGES
              + " images; the data set has "
              + images.size()
              + ". Give a larger one with --data");
    }
    ExportCheck check = check(model, models, images);
    files.putAll(variants.files(models));
    try (FolderLock lock = FolderLock.ofOutput(storage, output, command())) {
      lock.requireHeld();
      Optional<JobResult> meanwhile = finishedBefore(storage, output, model, names, files);
      if (meanwhile.isPresent()) {
        return meanwhile.get();
      }
      publish(storage, output, ServingBundle.files(model, files, check));
    }
    context.console().line(line(check));
    return result(
        Status.DONE, check, List.copyOf(files.keySet()), SmallerVariants.figures(files), output);
  }

  /** Of others' files none is replaced, and no other artefact becomes an export as well. */
  private static void requireFree(Storage storage, String output, Collection<String> names) {
    Set<String> taken = topLevel(names);
    taken.addAll(
        Set.of(
            ServingBundle.LABELS_FILE,
            TrainedModel.DEFINITION_FILE,
            RUN_FILE,
            DatasetManifest.FILE,
            RegistryState.FILE));
    OutputClaim.requireFree(storage, output, COMMAND, taken);
  }

  private static Set<String> topLevel(Collection<String> names) {
    return names.stream()
        .map(name -> name.replaceFirst("/.*", ""))
        .collect(Collectors.toCollection(TreeSet::new));
  }

  /** What has to agree with the trained model. */
  private Map<String, byte[]> models(TrainedModel model, Set<Form> forms) {
    Map<String, byte[]> models = new LinkedHashMap<>();
    if (forms.contains(Form.ONNX)) {
      models.put(ServingBundle.ONNX_FILE, onnx.write(model));
    }
    if (forms.contains(Form.UINT8)) {
      models.put(ServingBundle.ONNX_UINT8_FILE, OnnxExporter.export(model, PixelForm.BYTE_ROWS));
    }
    if (forms.contains(Form.DL4J)) {
      models.put(ServingBundle.DL4J_FILE, ModelZip.encode(model));
    }
    return models;
  }

  /** The models, and servers' folders with the same files in them. */
  private static Map<String, byte[]> withLayouts(
      TrainedModel model, Map<String, byte[]> models, ExportSettings settings) {
    Map<String, byte[]> files = new LinkedHashMap<>(models);
    byte[] onnx = models.get(ServingBundle.ONNX_FILE);
    if (settings.forms().contains(Form.TRITON)) {
      files.putAll(settings.layout().triton(model, onnx));
    }
    if (settings.forms().contains(Form.KSERVE)) {
      files.putAll(settings.layout().kserve(model));
    }
    if (settings.forms().contains(Form.MLFLOW)) {
      files.putAll(settings.layout().mlflow(model, onnx));
    }
    return files;
  }

  /** Loads every file as its users will, and holds it against the model. */
  private static ExportCheck check(
      TrainedModel model, Map<String, byte[]> models, List<PixelImage> images) {
    Engine engine = Engines.named(Engines.fastest(model.network()));
    ExportCheck worst = ExportCheck.none();
    try (Scorer trained = new EngineScorer(model, engine, 1)) {
      for (Map.Entry<String, byte[]> file : models.entrySet()) {
        try (Scorer exported = open(file.getKey(), file.getValue(), model, engine)) {
          ExportCheck check = ExportCheck.compare(trained, exported, images);
          check.requireAgreement(file.getKey());
          worst = worst.and(check);
        }
      }
    }
    return worst;
  }

  private static Scorer open(String name, byte[] content, TrainedModel model, Engine engine) {
    Network network = model.network();
    return switch (name) {
      case ServingBundle.ONNX_FILE ->
          new OnnxScorer(name, content, network.imageSpec(), network.classes(), 1);
      case ServingBundle.ONNX_UINT8_FILE ->
          new OnnxBytesScorer(name, content, network.imageSpec(), network.classes(), 1);
      default -> new EngineScorer(ModelZip.decode(name, content), engine, 1);
    };
  }

  /** Everything under temporary names first; the manifest, which makes it an export, last. */
  private static void publish(Storage storage, String output, Map<String, byte[]> files) {
    OutputClaim claim = OutputClaim.take(storage, output, COMMAND, topLevel(files.keySet()));
    String staging = Staging.in(storage, output, Clock.systemUTC());
    files.forEach((name, content) -> storage.write(staging + "/" + name, content));
    for (String name : files.keySet()) {
      storage.delete(output + "/" + name); // left by an export that was stopped before its manifest
      storage.rename(staging + "/" + name, output + "/" + name);
    }
    storage.delete(staging);
    claim.giveBack();
  }

  /** The only setting that is in a file and not in its name. */
  private static void requireSameUri(Storage storage, String output, Map<String, byte[]> files) {
    byte[] service = files.get(ServerLayout.KSERVE_FILE);
    String path = output + "/" + ServerLayout.KSERVE_FILE;
    if (service != null && !Arrays.equals(service, storage.read(path))) {
      throw new ConflictException(
          path + " was written with another export.storage-uri; choose another --output");
    }
  }

  /** The answer where the export is there; empty where none is. */
  private static Optional<JobResult> finishedBefore(
      Storage storage,
      String output,
      TrainedModel model,
      List<String> names,
      Map<String, byte[]> files) {
    if (!storage.exists(output + "/" + BundleManifest.FILE)) {
      return Optional.empty();
    }
    JobResult before = finishedBefore(storage, output, model, names);
    requireSameUri(storage, output, files);
    return Optional.of(before);
  }

  private static JobResult finishedBefore(
      Storage storage, String output, TrainedModel model, List<String> names) {
    ServingBundle bundle = ServingBundle.open(output, name -> storage.read(output + "/" + name));
    BundleManifest manifest = bundle.manifest();
    if (!manifest.modelId().equals(model.modelId())) {
      throw new ConflictException(
          output
              + " holds the export of model "
              + manifest.modelId()
              + " of run "
              + manifest.runId()
              + "; this is model "
              + model.modelId()
              + " of run "
              + model.runId()
              + ". Choose another --output");
    }
    Map<String, byte[]> variants = new LinkedHashMap<>();
    for (String name : names) {
      if (!bundle.has(name)) {
        throw new ConflictException(
            output
                + " holds an export of this model without "
                + name
                + "; choose another --output");
      }
      byte[] content = bundle.file(name); // refuses a damaged file
      if (name.equals(ServingBundle.VARIANTS_FILE)) {
        variants.put(name, content);
      }
    }
    return result(
        Status.NOTHING_TO_DO, manifest.check(), names, SmallerVariants.figures(variants), output);
  }

  private static JobResult result(
      Status status,
      ExportCheck check,
      List<String> names,
      Map<String, Object> variants,
      String output) {
    Map<String, Object> figures = new LinkedHashMap<>();
    figures.put("maxDifference", check.maxDifference());
    figures.put("top1Agreement", check.top1Agreement());
    figures.put("checkedImages", check.images());
    figures.put("files", names);
    figures.putAll(variants);
    String verb = status == Status.DONE ? "is" : "was already";
    return new JobResult(
        status, output + " " + verb + " exported and checked: " + line(check), figures);
  }

  private static String line(ExportCheck check) {
    return String.format(
        Locale.ROOT,
        "on %d images the probabilities differ by at most %.1e, the top class agrees on %.1f %%",
        check.images(),
        check.maxDifference(),
        100 * check.top1Agreement());
  }
}
