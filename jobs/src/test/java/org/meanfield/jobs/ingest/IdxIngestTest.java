package org.meanfield.jobs.ingest;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.DataInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.zip.GZIPInputStream;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfEnvironmentVariable;
import org.junit.jupiter.api.io.TempDir;
import org.meanfield.data.Split;
import org.meanfield.image.ImageDecoder;
import org.meanfield.image.PixelImage;
import org.meanfield.jobs.storage.DatasetFiles;

class IdxIngestTest {
  private static final Path SAMPLE = Path.of("src/test/resources/fashion-mnist-sample");
  private static final String[] NAMES = {
    "T-shirt/top", "Trouser", "Pullover", "Dress", "Coat",
    "Sandal", "Shirt", "Sneaker", "Bag", "Ankle boot"
  };
  @TempDir private Path folder;

  @Test
  void aSampleIsReadBackByteForByte() throws IOException {
    DatasetFiles files =
        IngestRuns.ingest(
            SAMPLE,
            folder.resolve("out"),
            "--set",
            "ingest.class-names=" + String.join(",", NAMES));
    assertThat(files.manifest().classes().names()).containsExactly(NAMES);
    assertThat(files.manifest().examples(Split.TEST)).isEqualTo(100);
    assertThat(files.manifest().sizes().allGrey()).isTrue();
    assertThat(files.manifest().examples(Split.VALIDATION)).isBetween(5L, 40L);
    assertEqualsSource(files, SAMPLE);
  }

  @Test
  @EnabledIfEnvironmentVariable(named = "FASHION_MNIST_DIR", matches = ".+")
  void fashionMnistIsReadBackByteForByteEachImageOnce() throws IOException {
    Path source = Path.of(System.getenv("FASHION_MNIST_DIR"));
    DatasetFiles files = IngestRuns.ingest(source, folder.resolve("out"));
    assertThat(files.manifest().examples()).isEqualTo(70_000);
    assertThat(files.manifest().examples(Split.TEST)).isEqualTo(10_000);
    assertThat(files.manifest().splits().get(Split.TEST).byClass()).containsOnly(1000L);
    assertThat(files.manifest().classes().names())
        .containsExactly("0", "1", "2", "3", "4", "5", "6", "7", "8", "9");
    assertEqualsSource(files, source);
  }

  @Test
  void damagedFilesAreNamed() throws IOException {
    Path input = Files.createDirectories(folder.resolve("in"));
    for (String name : new String[] {"train-images-idx3-ubyte.gz", "train-labels-idx1-ubyte.gz"}) {
      Files.copy(SAMPLE.resolve(name), input.resolve(name));
    }
    Path images = input.resolve("train-images-idx3-ubyte.gz");
    byte[] whole = Files.readAllBytes(images);
    Files.write(images, Arrays.copyOf(whole, whole.length / 2));
    IngestRuns.Outcome truncated = IngestRuns.run(input, folder.resolve("out"));
    assertThat(truncated.exitCode()).isEqualTo(3);
    assertThat(truncated.errors())
        .contains("train-images-idx3-ubyte.gz")
        .contains("truncated or damaged");
    assertThat(IngestRuns.hasManifest(folder.resolve("out"))).isFalse();

    Files.write(images, whole);
    Files.copy(
        SAMPLE.resolve("t10k-labels-idx1-ubyte.gz"),
        input.resolve("train-labels-idx1-ubyte.gz"),
        StandardCopyOption.REPLACE_EXISTING);
    IngestRuns.Outcome unequal = IngestRuns.run(input, folder.resolve("out"));
    assertThat(unequal.exitCode()).isEqualTo(3);
    assertThat(unequal.errors()).contains("[400, 28, 28]").contains("[100]");
  }

  /** Every image of the source is in the data set exactly once, with its pixels and its label. */
  private static void assertEqualsSource(DatasetFiles files, Path source) throws IOException {
    Map<String, Integer> seen = new HashMap<>();
    Map<String, byte[]> images = new HashMap<>();
    Map<String, byte[]> labels = new HashMap<>();
    for (String part : new String[] {"train", "t10k"}) {
      images.put(part, unzip(source.resolve(part + "-images-idx3-ubyte.gz"), 16));
      labels.put(part, unzip(source.resolve(part + "-labels-idx1-ubyte.gz"), 8));
    }
    byte[] pixels = new byte[784];
    for (Split split : files.manifest().splits().keySet()) {
      for (Row row : files.split(split).select("image", "label", "origin").collectAsList()) {
        String[] origin = row.getString(2).split("#");
        String part = origin[0].substring(0, origin[0].indexOf('-'));
        int index = Integer.parseInt(origin[1]);
        assertThat(part.equals("t10k")).isEqualTo(split == Split.TEST);
        PixelImage image = ImageDecoder.decode(row.<byte[]>getAs(0), 1);
        image.copyTo(pixels, 0);
        int at = index * 784;
        if (!Arrays.equals(pixels, 0, 784, images.get(part), at, at + 784)
            || row.getInt(1) != labels.get(part)[index]) {
          throw new AssertionError(row.getString(2) + " differs from the source");
        }
        seen.merge(row.getString(2), 1, Integer::sum);
      }
    }
    assertThat(seen).hasSize(labels.get("train").length + labels.get("t10k").length);
    assertThat(seen.values()).containsOnly(1);
  }

  private static byte[] unzip(Path file, int header) throws IOException {
    try (DataInputStream in =
        new DataInputStream(new GZIPInputStream(Files.newInputStream(file)))) {
      in.skipNBytes(header);
      return in.readAllBytes();
    }
  }
}
