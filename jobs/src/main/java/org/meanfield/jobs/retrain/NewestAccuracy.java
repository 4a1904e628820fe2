package org.meanfield.jobs.retrain;

import java.util.List;
import java.util.Optional;
import org.meanfield.data.DatasetManifest;
import org.meanfield.data.Split;
import org.meanfield.jobs.cli.JobContext;
import org.meanfield.jobs.cli.JobResult;
import org.meanfield.jobs.evaluate.EvaluateJob;
import org.meanfield.jobs.ingest.IngestJob;
import org.meanfield.jobs.registry.ModelRegistry;
import org.meanfield.jobs.storage.ModelFiles;
import org.meanfield.jobs.storage.PathName;
import org.meanfield.registry.ModelVersion;

/** How the champion does on the newest labels, which it was not trained on. */
final class NewestAccuracy {
  private final JobContext context;
  private final RetrainFolder folder;
  private final ModelRegistry registry;

  NewestAccuracy(JobContext context, RetrainFolder folder, ModelRegistry registry) {
    this.context = context;
    this.folder = folder;
    this.registry = registry;
  }

  /**
   * The champion's accuracy on its own test split, less that on the new labels; NaN where there is
   * no champion, it was never evaluated, or it knows no class of the new labels.
   *
   * @param name of this look: what it made is used again, and what others made is deleted
   */
  double fall(Parts parts, String name) {
    Optional<Integer> champion = registry.state().champion();
    ModelVersion version = champion.map(n -> registry.version("" + n)).orElse(null);
    if (version == null || version.evaluation() == null) {
      return Double.NaN;
    }
    folder.keepOnlyScratch(name);
    String scratch = folder.scratch(name);
    List<String> classes =
        ModelFiles.trained(context.storage(), registry.folder(version.number()))
            .network()
            .classes()
            .names();
    if (!ingested(parts, classes, scratch)) {
      return Double.NaN;
    }
    JobResult judged =
        new Sibling(context, new EvaluateJob())
            .with("--model", registry.folder(version.number()))
            .with("--data", data(scratch))
            .with("--split", Split.TEST.id())
            .with("--output", scratch + "/champion-" + version.number())
            .run();
    return version.evaluation().accuracy() - (double) judged.figures().get("accuracy");
  }

  /** Makes the new images of some classes a data set; false where there are none. */
  private boolean ingested(Parts parts, List<String> classes, String scratch) {
    if (context.storage().exists(data(scratch) + "/" + DatasetManifest.FILE)) {
      return true;
    }
    String rows = scratch + "/rows";
    Mixture.newest(context.spark(), parts, classes).parquet(rows);
    if (context.spark().read().parquet(PathName.literal(rows)).isEmpty()) {
      return false;
    }
    new Sibling(context, new IngestJob(), Mixture::inherits)
        .with("--input", rows)
        .with("--output", data(scratch))
        .with("--format", "parquet")
        .set("ingest.class-names", classes)
        .run();
    context.storage().delete(rows);
    return true;
  }

  private static String data(String scratch) {
    return scratch + "/newest";
  }
}
