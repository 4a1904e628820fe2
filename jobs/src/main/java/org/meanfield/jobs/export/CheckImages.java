package org.meanfield.jobs.export;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.util.List;
import org.meanfield.data.ImageSpec;
import org.meanfield.data.Split;
import org.meanfield.error.CorruptArtifactException;
import org.meanfield.error.SettingsException;
import org.meanfield.image.ImagePreparation;
import org.meanfield.image.PixelImage;
import org.meanfield.jobs.cli.JobContext;
import org.meanfield.jobs.storage.DatasetFiles;

/** The real images on which an export is held against its model. */
final class CheckImages {
  private CheckImages() {}

  /**
   * The first images of the test split, by id; of the largest split where there is no test split.
   */
  static List<PixelImage> of(JobContext context, ExportSettings settings, ImageSpec spec) {
    String uri = settings.data().orElseGet(() -> ofRun(context, settings.model()));
    DatasetFiles data = DatasetFiles.open(context.spark(), context.storage(), uri);
    Split split = data.manifest().examples(Split.TEST) > 0 ? Split.TEST : Split.TRAIN;
    return data
        .split(split)
        .orderBy("id")
        .limit(settings.checkedImages())
        .select("image")
        .collectAsList()
        .stream()
        .map(row -> ImagePreparation.prepare(row.<byte[]>getAs(0), spec))
        .toList();
  }

  private static String ofRun(JobContext context, String run) {
    String file = run + "/run.json";
    if (!context.storage().exists(file)) {
      throw new SettingsException(
          run
              + " has no run.json that names its data set; give one with --set export.data=DATASET");
    }
    try {
      JsonNode dataset = new ObjectMapper().readTree(context.storage().read(file)).path("dataset");
      return dataset.path("uri").asText();
    } catch (IOException e) {
      throw new CorruptArtifactException(
          file + " cannot be read: " + e.getMessage() + "; restore it, or give export.data", e);
    }
  }
}
