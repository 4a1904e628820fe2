package org.meanfield.jobs.ingest;

import static org.assertj.core.api.Assertions.assertThat;

import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.CRC32;
import javax.imageio.ImageIO;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.meanfield.data.DatasetManifest;
import org.meanfield.image.PixelImage;

class BrokenInputTest {
  @TempDir private Path folder;

  @Test
  void brokenImagesAreRejectedByReasonAndTheRestIsIngested() throws IOException {
    Path input = folder.resolve("in");
    IngestRuns.draw(input.resolve("disc"), "disc", 0, 20);
    Files.write(input.resolve("disc/good.jpg"), jpeg(1));
    Map<String, String> expected = addBroken(input.resolve("disc"));
    IngestRuns.Outcome outcome =
        IngestRuns.run(input, folder.resolve("out"), "--set", "ingest.max-reject-fraction=0.5");
    assertThat(outcome.exitCode()).as(outcome.errors()).isZero();
    assertThat(outcome.result().path("examples").asInt()).isEqualTo(21);
    assertThat(outcome.result().path("rejected").asInt()).isEqualTo(expected.size());
    DatasetManifest manifest = IngestRuns.open(folder.resolve("out")).manifest();
    assertThat(manifest.rejected()).isEqualTo(expected.size());
    Map<String, String> found = new HashMap<>();
    for (Row row : rejects(folder.resolve("out"))) {
      found.put(row.getString(0), row.getString(1));
      assertThat(row.getString(2)).isNotBlank();
    }
    assertThat(found).isEqualTo(expected);
  }

  @Test
  void tooManyRejectsMakeNoDataSetAndNameTheReasons() throws IOException {
    Path input = folder.resolve("in");
    Path output = folder.resolve("out");
    IngestRuns.draw(input.resolve("disc"), "disc", 0, 20);
    addBroken(input.resolve("disc"));
    IngestRuns.Outcome outcome = IngestRuns.run(input, output);
    assertThat(outcome.exitCode()).isEqualTo(3);
    assertThat(outcome.message())
        .contains("ingest.max-reject-fraction = 0.01")
        .contains("2 truncated, e.g. disc/half.jpg")
        .contains("1 empty, e.g. disc/empty.png");
    assertThat(IngestRuns.hasManifest(output)).isFalse();
    assertThat(rejects(output)).hasSize(7);
    try (var entries = Files.list(output)) {
      assertThat(entries.map(p -> p.getFileName().toString()).filter(n -> !n.startsWith(".")))
          .containsExactlyInAnyOrder("rejects", "result.json");
    }
    for (String name : List.of("half.jpg", "half.png", "flipped.png", "empty.png", "huge.png")) {
      Files.delete(input.resolve("disc").resolve(name));
    }
    Files.delete(input.resolve("disc/text.jpg"));
    Files.delete(input.resolve("disc/photo.webp"));
    assertThat(IngestRuns.ingest(input, output).manifest().rejected()).isZero();
    assertThat(Files.exists(output.resolve("rejects"))).isFalse();
  }

  /** Writes seven unusable files, and tells the reason that each must be rejected for. */
  private static Map<String, String> addBroken(Path target) throws IOException {
    byte[] png = IngestRuns.png("disc", 500);
    byte[] jpeg = jpeg(2);
    byte[] flipped = png.clone();
    flipped[png.length / 2] ^= 0x10;
    Files.write(target.resolve("half.jpg"), Arrays.copyOf(jpeg, jpeg.length / 2));
    Files.write(target.resolve("half.png"), Arrays.copyOf(png, png.length / 2));
    Files.write(target.resolve("flipped.png"), flipped);
    Files.write(target.resolve("empty.png"), new byte[0]);
    Files.write(target.resolve("huge.png"), withSize(png, 60_000, 60_000));
    Files.writeString(target.resolve("text.jpg"), "This is no picture.");
    Files.write(
        target.resolve("photo.webp"), "RIFF....WEBPVP8 ".getBytes(StandardCharsets.US_ASCII));
    return Map.of(
        "disc/half.jpg", "truncated",
        "disc/half.png", "truncated",
        "disc/flipped.png", "checksum",
        "disc/empty.png", "empty",
        "disc/huge.png", "too-large",
        "disc/text.jpg", "not-an-image",
        "disc/photo.webp", "unsupported-kind");
  }

  /** The PNG with a header that announces another size, checksum and all. */
  private static byte[] withSize(byte[] png, int height, int width) {
    byte[] lying = png.clone();
    ByteBuffer.wrap(lying).putInt(16, width).putInt(20, height);
    CRC32 crc = new CRC32();
    crc.update(lying, 12, 17);
    ByteBuffer.wrap(lying).putInt(29, (int) crc.getValue());
    return lying;
  }

  private static byte[] jpeg(int seed) throws IOException {
    PixelImage picture = TinyImages.draw("square", seed);
    BufferedImage image =
        new BufferedImage(TinyImages.SIZE, TinyImages.SIZE, BufferedImage.TYPE_INT_RGB);
    for (int row = 0; row < TinyImages.SIZE; row++) {
      for (int column = 0; column < TinyImages.SIZE; column++) {
        image.setRGB(
            column,
            row,
            picture.value(row, column, 0) << 16
                | picture.value(row, column, 1) << 8
                | picture.value(row, column, 2));
      }
    }
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ImageIO.write(image, "jpg", out);
    return out.toByteArray();
  }

  private static List<Row> rejects(Path output) {
    return IngestRuns.spark().read().parquet(output.resolve("rejects").toString()).collectAsList();
  }
}
