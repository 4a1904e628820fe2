package org.meanfield.jobs.export;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.ArrayList;
import java.util.List;
import org.apache.spark.sql.Row;
import org.meanfield.data.DatasetManifest;
import org.meanfield.data.ImageSpec;
import org.meanfield.data.Split;
import org.meanfield.error.CorruptArtifactException;
import org.meanfield.error.DataException;
import org.meanfield.image.ImagePreparation;
import org.meanfield.jobs.cli.JobContext;
import org.meanfield.jobs.storage.DatasetFiles;

/** The real images that an export is checked on. */
final class CheckImages {
  private static final String RUN_FILE = "run.json";

  /** Images that training never saw come first. */
  static final List<Split> UNSEEN = List.of(Split.TEST, Split.VALIDATION, Split.TRAIN);

  private CheckImages() {}

  /**
   * Reads and prepares them: of the first split as many as asked for, and where that has less than
   * {@link ExportJob#MINIMUM_IMAGES}, others.
   *
   * @param order of the splits
   * @param most images
   * @throws DataException where the data set cannot be found
   */
  static List<CheckImage> of(
      JobContext context, ExportSettings settings, ImageSpec spec, List<Split> order, int most) {
    String uri = settings.data().orElseGet(() -> recorded(context, settings.model()));
    DatasetFiles data = DatasetFiles.open(context.spark(), context.storage(), uri);
    List<CheckImage> images = new ArrayList<>();
    for (Split split : order) {
      int wanted = split == order.get(0) ? most : ExportJob.MINIMUM_IMAGES;
      if (images.size() < wanted && !data.files(split).isEmpty()) {
        for (Row row :
            data.split(split)
                .select(DatasetFiles.LABEL, DatasetFiles.IMAGE)
                .limit(wanted - images.size())
                .collectAsList()) {
          images.add(
              new CheckImage(row.getInt(0), ImagePreparation.prepare(row.<byte[]>getAs(1), spec)));
        }
      }
    }
    return images;
  }

  private static String recorded(JobContext context, String model) {
    String file = model + "/" + RUN_FILE;
    if (!context.storage().exists(file)) {
      throw new DataException(
          model
              + " is no run's folder (it has no "
              + RUN_FILE
              + "), so that the images to check the export with are unknown; name the data set"
              + " with --data");
    }
    String uri = parse(file, context.storage().readText(file));
    if (!context.storage().exists(uri + "/" + DatasetManifest.FILE)) {
      throw new DataException(
          "The data set of "
              + model
              + " was "
              + uri
              + ", where none is any more; its images check the export. Name its new place with"
              + " --data");
    }
    return uri;
  }

  private static String parse(String file, String json) {
    try {
      String uri = new ObjectMapper().readTree(json).path("dataset").path("uri").asText("");
      if (!uri.isEmpty()) {
        return uri;
      }
      throw new CorruptArtifactException(
          file + " names no data set under dataset.uri; restore it, or name one with --data");
    } catch (JsonProcessingException e) {
      throw new CorruptArtifactException(
          file
              + " cannot be read: "
              + e.getOriginalMessage()
              + "; restore it, or name the data set with --data",
          e);
    }
  }
}
