package org.meanfield.jobs.evaluate;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.meanfield.config.Setting;
import org.meanfield.config.Settings;
import org.meanfield.data.ClassIndex;
import org.meanfield.engine.Scorer;
import org.meanfield.engine.ScorerSource;
import org.meanfield.error.ConflictException;
import org.meanfield.error.DataException;
import org.meanfield.error.SettingsException;
import org.meanfield.evaluate.EvaluationReport;
import org.meanfield.evaluate.EvaluationSubject;
import org.meanfield.evaluate.report.HtmlReport;
import org.meanfield.evaluate.report.LearningCurves;
import org.meanfield.evaluate.report.ReportSource;
import org.meanfield.jobs.cli.Job;
import org.meanfield.jobs.cli.JobContext;
import org.meanfield.jobs.cli.JobResult;
import org.meanfield.jobs.storage.DatasetFiles;
import org.meanfield.jobs.storage.FolderLock;
import org.meanfield.jobs.storage.ModelFiles;
import org.meanfield.jobs.storage.OutputClaim;
import org.meanfield.jobs.storage.Storage;
import org.meanfield.registry.Predictions;

/**
 * Judges a model on a split of a data set: {@code OUTPUT/report.html}, {@code
 * OUTPUT/predictions.csv} and, written last, {@code OUTPUT/evaluation.json}.
 */
public final class EvaluateJob implements Job {
  private static final String COMMAND = "evaluate";
  private static final String JOURNAL = "journal.jsonl";

  /** What is written before the manifest. */
  private static final Set<String> NAMES = Set.of(HtmlReport.FILE, Predictions.FILE);

  private final ModelLoader models;

  /** Where models come from. */
  interface ModelLoader {
    /** Reads the model at a URI, ready to travel. */
    ScorerSource load(Storage storage, String uri);
  }

  /** Judges whatever {@link ModelFiles} finds. */
  public EvaluateJob() {
    this(ModelFiles::scorerSource);
  }

  EvaluateJob(ModelLoader models) {
    this.models = models;
  }

  @Override
  public String command() {
    return COMMAND;
  }

  @Override
  public String summary() {
    return "Judge a model on images that it was not trained on";
  }

  @Override
  public List<Setting<?>> settings() {
    return EvaluateSettings.declared();
  }

  @Override
  public List<Option> options() {
    return List.of(
        new Option("--model", EvaluateSettings.MODEL),
        new Option("--data", EvaluateSettings.DATA),
        new Option("--split", EvaluateSettings.SPLIT),
        new Option("--output", EvaluateSettings.OUTPUT),
        new Option("--batch-size", EvaluateSettings.BATCH_SIZE));
  }

  @Override
  public Setting<String> output() {
    return EvaluateSettings.OUTPUT;
  }

  @Override
  public String outputFolder(Settings settings) {
    EvaluateSettings given = EvaluateSettings.from(settings);
    return given
        .output()
        .orElseGet(
            () ->
                given
                    .besideModel()
                    .orElseThrow(
                        () ->
                            new SettingsException(
                                "--output is required where --model is a file: " + given.model())));
  }

  @Override
  public JobResult run(JobContext context) {
    EvaluateSettings settings = EvaluateSettings.from(context.settings());
    Storage storage = context.storage();
    String output = storage.qualify(outputFolder(context.settings()));
    ScorerSource model = models.load(storage, settings.model());
    DatasetFiles data = DatasetFiles.open(context.spark(), storage, settings.data());
    ClassIndex classes = classes(model, data, settings);
    EvaluationSubject subject =
        new EvaluationSubject(
            model.modelId(), data.manifest().datasetId(), settings.split(), classes);
    Optional<JobResult> before = finishedBefore(storage, output, subject);
    if (before.isPresent()) {
      return before.get();
    }
    OutputClaim.requireFree(storage, output, COMMAND, NAMES);
    LearningCurves curves = curves(storage, settings.model());
    ScoredSplit scored =
        new SplitEvaluation(context.spark(), context.console(), settings.batchSize())
            .run(model, data, settings.split(), classes.size());
    EvaluationReport report = scored.evaluator().report(subject);
    ReportSource source =
        new ReportSource(
            settings.model(),
            settings.data(),
            curves,
            Thumbnails.of(data, settings.split(), report.mistakes()));
    try (FolderLock lock = FolderLock.ofOutput(storage, output, command())) {
      lock.requireHeld();
      Optional<JobResult> meanwhile = finishedBefore(storage, output, subject);
      if (meanwhile.isPresent()) {
        return meanwhile.get();
      }
      publish(storage, output, report, source, scored.predictions());
    }
    new ResultTable(report).lines().forEach(context.console()::line);
    context.console().line("  report     " + output + "/" + HtmlReport.FILE);
    return result(JobResult.Status.DONE, report, verdict(report));
  }

  /** The figures, which make it an evaluation, last. */
  private static void publish(
      Storage storage,
      String output,
      EvaluationReport report,
      ReportSource source,
      Predictions predictions) {
    OutputClaim claim = OutputClaim.take(storage, output, COMMAND, NAMES);
    storage.writeText(output + "/" + HtmlReport.FILE, HtmlReport.render(report, source));
    storage.writeText(output + "/" + Predictions.FILE, predictions.toCsv());
    storage.writeText(output + "/" + EvaluationReport.FILE, report.toJson() + "\n");
    claim.giveBack();
  }

  private static ClassIndex classes(
      ScorerSource model, DatasetFiles data, EvaluateSettings settings) {
    ClassIndex known;
    try (Scorer scorer = model.open(1)) {
      known = scorer.classes();
    }
    ClassIndex wanted = data.manifest().classes();
    if (!known.equals(wanted)) {
      throw new DataException(
          "The model "
              + settings.model()
              + " and the data set "
              + settings.data()
              + " have different classes: the model "
              + shown(known)
              + ", the data set "
              + shown(wanted)
              + "; evaluate on the data set it was trained on, or on one ingested with the same"
              + " class names");
    }
    return known;
  }

  private static String shown(ClassIndex classes) {
    int most = 12;
    List<String> names = classes.names().subList(0, Math.min(most, classes.size()));
    return classes.size() + " " + names + (classes.size() > most ? " and more" : "");
  }

  private static LearningCurves curves(Storage storage, String model) {
    String journal = model + "/" + JOURNAL;
    return storage.exists(journal)
        ? LearningCurves.parse(journal, storage.readText(journal))
        : LearningCurves.none();
  }

  /** The answer where the evaluation is there; empty where none is. */
  private static Optional<JobResult> finishedBefore(
      Storage storage, String output, EvaluationSubject wanted) {
    String file = output + "/" + EvaluationReport.FILE;
    if (!storage.exists(file)) {
      return Optional.empty();
    }
    EvaluationReport found = EvaluationReport.fromJson(file, storage.readText(file));
    boolean same =
        found.modelId().equals(wanted.modelId())
            && found.datasetId().equals(wanted.datasetId())
            && found.split().equals(wanted.split().id());
    if (!same) {
      throw new ConflictException(
          String.format(
              Locale.ROOT,
              "%s holds another evaluation: model %.12s on %s of data set %s, not model %.12s on"
                  + " %s of data set %s; choose another output, or delete that one",
              output,
              found.modelId(),
              found.split(),
              found.datasetId(),
              wanted.modelId(),
              wanted.split().id(),
              wanted.datasetId()));
    }
    return Optional.of(
        result(
            JobResult.Status.NOTHING_TO_DO,
            found,
            output + " has the evaluation of this model on this split already: " + verdict(found)));
  }

  private static String verdict(EvaluationReport report) {
    return String.format(
        Locale.ROOT,
        "accuracy %.2f %% on %,d images (%s)",
        100 * report.accuracy(),
        report.examples(),
        report.split());
  }

  private static JobResult result(
      JobResult.Status status, EvaluationReport report, String message) {
    Map<String, Object> figures = new LinkedHashMap<>();
    figures.put("accuracy", report.accuracy());
    figures.put("accuracyInterval", report.accuracyInterval());
    figures.put("top5", report.top5());
    figures.put("macroF1", report.macroF1());
    figures.put("logLoss", report.logLoss());
    figures.put("calibrationError", report.calibrationError());
    figures.put("examples", report.examples());
    figures.put("modelId", report.modelId());
    figures.put("datasetId", report.datasetId());
    figures.put("split", report.split());
    return new JobResult(status, message, figures);
  }
}
