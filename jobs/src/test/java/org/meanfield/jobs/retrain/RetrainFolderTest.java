package org.meanfield.jobs.retrain;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.Map;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.meanfield.error.CorruptArtifactException;
import org.meanfield.jobs.cli.JobResult;
import org.meanfield.jobs.storage.Storage;

/** What retraining finds between its runs. */
class RetrainFolderTest {
  @TempDir Path root;

  @Test
  void aRunThatEndedAndLostItsPlanIsNamed() {
    RetrainFolder folder = new RetrainFolder(new Storage(new Configuration()), root.toString());
    assertThat(folder.finished()).isEmpty();
    folder
        .run("monday")
        .outcome()
        .write(
            new Outcome("monday", JobResult.Status.DONE, "done", "2026-11-22T01:00:00Z", Map.of()));
    assertThatThrownBy(folder::finished)
        .isInstanceOf(CorruptArtifactException.class)
        .hasMessageContaining(root + "/runs/monday/plan.json")
        .hasMessageContaining("restore it");
  }
}
