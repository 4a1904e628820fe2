package org.meanfield.jobs.train;

import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.meanfield.model.TrainedModel;
import org.meanfield.train.ArtifactStore;
import org.meanfield.train.RunJournal;

/** The files of a run that a tracking server gets: what tells of it, not its weights. */
final class ToldFiles {
  private static final List<String> NAMES =
      List.of(
          RunFile.NAME,
          RunJournal.FILE,
          TrainingSummary.FILE,
          "model/" + TrainedModel.DEFINITION_FILE);

  private ToldFiles() {}

  /** Those that are there, by path below the run's folder. */
  static Map<String, byte[]> of(ArtifactStore artifacts) {
    Map<String, byte[]> files = new LinkedHashMap<>();
    NAMES.forEach(
        name -> artifacts.read(name).ifPresent(content -> files.put("run/" + name, content)));
    return files;
  }

  /** The run's journal as it is; empty where there is none. */
  static String journal(ArtifactStore artifacts) {
    return artifacts
        .read(RunJournal.FILE)
        .map(bytes -> new String(bytes, StandardCharsets.UTF_8))
        .orElse("");
  }
}
