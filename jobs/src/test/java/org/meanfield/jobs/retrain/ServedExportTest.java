package org.meanfield.jobs.retrain;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.meanfield.error.CorruptArtifactException;
import org.meanfield.export.Classification.Candidate;
import org.meanfield.export.Classifier;
import org.meanfield.export.ServingBundle;
import org.meanfield.image.PixelImage;
import org.meanfield.image.PngEncoder;
import org.meanfield.jobs.serve.TinyExports;

/** What the smoke test of a retrain asks, and how it tells that an answer is wrong. */
@Timeout(60)
class ServedExportTest {
  @TempDir private static Path folder;
  private static ServedExport server;
  private static byte[] image;
  private static Candidate expected;

  @BeforeAll
  static void start() {
    TinyExports.write(folder, 3);
    server = ServedExport.start(folder.toString(), ServingBundle.open(folder));
    byte[] pixels = new byte[3 * TinyExports.SIDE * TinyExports.SIDE];
    new Random(4).nextBytes(pixels);
    image = PngEncoder.encode(new PixelImage(TinyExports.SIDE, TinyExports.SIDE, 3, pixels));
    try (Classifier classifier = Classifier.load(folder)) {
      expected = classifier.classify(image).top().get(0);
    }
  }

  @AfterAll
  static void stop() {
    server.close();
    assertThatThrownBy(() -> server.requireAnswer("a", image, expected))
        .as("stopped")
        .hasMessageContaining("gave no answer");
  }

  @Test
  void theServerSaysWhatTheFileSays() {
    for (int i = 0; i < 20; i++) {
      server.requireAnswer("a", image, expected);
    }
  }

  @Test
  void anotherLabelOrProbabilityIsNamedWithItsImage() {
    assertThatThrownBy(
            () -> server.requireAnswer("a7", image, new Candidate("emu", expected.probability())))
        .isInstanceOf(CorruptArtifactException.class)
        .hasMessageContaining(folder.toString())
        .hasMessageContaining("for image a7 its file says 'emu' with " + expected.probability())
        .hasMessageContaining("it answered 200 {")
        .hasMessageContaining("\"label\":\"" + expected.label() + "\"");
    float other = expected.probability() - 2e-4f;
    assertThatThrownBy(
            () -> server.requireAnswer("a7", image, new Candidate(expected.label(), other)))
        .isInstanceOf(CorruptArtifactException.class)
        .hasMessageContaining("'" + expected.label() + "' with " + other);
  }

  @Test
  void anImageThatTheServerRefusesIsNamedToo() {
    assertThatThrownBy(() -> server.requireAnswer("a8", new byte[] {1, 2, 3}, expected))
        .isInstanceOf(CorruptArtifactException.class)
        .hasMessageContaining("for image a8 ")
        .hasMessageContaining("it answered 400 {\"error\":\"not-an-image: ");
  }
}
