package org.meanfield.jobs.retrain;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.meanfield.data.DatasetManifest;
import org.meanfield.error.ConflictException;
import org.meanfield.jobs.ingest.IngestJob;
import org.meanfield.jobs.storage.DatasetFiles;
import org.meanfield.jobs.storage.Storage;

/** Makes the run's data-set version of old and new images; the frozen test split stays as it is. */
final class IngestStep implements Step {
  static final String NAME = "ingest";
  private static final String TEST_DIGEST = "testDigest";

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public Map<String, Object> run(Retraining retraining) {
    Storage storage = retraining.context().storage();
    Parts parts = retraining.parts();
    Mixture mixture = new Mixture(retraining.context().spark(), parts, retraining.settings());
    String rows = retraining.folder().path("rows");
    if (!storage.exists(retraining.dataset() + "/" + DatasetManifest.FILE)
        && !storage.exists(rows + "/_SUCCESS")) {
      mixture.write(rows);
    }
    Sibling ingest =
        new Sibling(retraining.context(), new IngestJob(), Mixture::inherits)
            .with("--input", rows)
            .with("--output", retraining.dataset())
            .with("--format", "parquet")
            .set("ingest.class-names", parts.classes());
    if (parts.areWeighted()) {
      ingest.set("ingest.weight-column", Mixture.WEIGHT);
    }
    ingest.run();
    DatasetFiles data =
        DatasetFiles.open(retraining.context().spark(), storage, retraining.dataset());
    String digest = TestSplitDigest.of(data);
    requireFrozen(retraining, digest);
    Map<String, Object> figures = new LinkedHashMap<>(mixture.figures());
    figures.put("dataset", retraining.dataset());
    figures.put("datasetId", data.manifest().datasetId());
    data.manifest().splits().forEach((split, count) -> figures.put(split.id(), count.examples()));
    figures.put(TEST_DIGEST, digest);
    return figures;
  }

  private static void requireFrozen(Retraining retraining, String digest) {
    List<RetrainFolder.FinishedRun> finished = retraining.finished();
    if (finished.isEmpty()) {
      return;
    }
    String first = finished.get(0).plan().runId();
    Object frozen = retraining.folderOf(first).committed(NAME).orElse(Map.of()).get(TEST_DIGEST);
    if (!digest.equals(frozen)) {
      throw new ConflictException(
          "The test split of the data-set version "
              + retraining.dataset()
              + " is not the frozen one: expected "
              + frozen
              + " of run "
              + first
              + ", found "
              + digest
              + ". Models judged on different images cannot be compared; restore the base data set"
              + " or the first deliveries");
    }
  }
}
