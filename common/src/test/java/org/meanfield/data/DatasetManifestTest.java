package org.meanfield.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.meanfield.data.DatasetManifest.DataFile;
import org.meanfield.data.DatasetManifest.Duplicates;
import org.meanfield.data.DatasetManifest.ImageSizes;
import org.meanfield.data.DatasetManifest.Source;
import org.meanfield.data.DatasetManifest.SplitCounts;
import org.meanfield.data.DatasetManifest.Weights;
import org.meanfield.data.ImageFiles.ImageFile;
import org.meanfield.error.CorruptArtifactException;

class DatasetManifestTest {
  private static final Optional<Weights> WEIGHTS = Optional.of(new Weights(0.1));

  private final DatasetManifest manifest = example(5, Optional.empty(), Optional.empty());

  @Test
  void isReadBackAsItWas() {
    assertThat(DatasetManifest.fromJson("x/dataset.json", manifest.toJson())).isEqualTo(manifest);
    assertThat(manifest.examples()).isEqualTo(7);
    assertThat(manifest.examples(Split.VALIDATION)).isZero();
    assertThat(manifest.rejected()).isEqualTo(3);
    assertThat(manifest.files(Split.TEST)).hasSize(1);
  }

  @Test
  void truncatedAtAnyPlaceIsCorrupt() {
    String json = manifest.toJson().strip();
    for (int length = 0; length < json.length(); length += 7) {
      String cut = json.substring(0, length);
      assertThatThrownBy(() -> DatasetManifest.fromJson("x/dataset.json", cut))
          .isInstanceOf(CorruptArtifactException.class)
          .hasMessageContaining("x/dataset.json");
    }
  }

  @Test
  void missingKeysAndContradictionsAreCorrupt() {
    assertCorrupt(manifest.toJson().replace("\"duplicates\"", "\"other\""), "duplicates");
    assertCorrupt(manifest.toJson().replace("\"examples\" : 7", "\"examples\" : 8"), "claims");
    assertCorrupt(manifest.toJson().replace("\"byClass\" : [ 4,", "\"byClass\" : [ 3,"), "classes");
    assertCorrupt(manifest.toJson().replace("\"split\" : \"test\"", "\"split\" : \"x\""), "'x'");
  }

  @Test
  void anotherVersionIsNamed() {
    assertCorrupt(
        manifest.toJson().replace("\"formatVersion\" : 1", "\"formatVersion\" : 9"),
        "format version 9");
  }

  @Test
  void weightsMakeItAFormatOfTheirOwn() {
    DatasetManifest weighted = example(5, WEIGHTS, Optional.empty());
    String json = weighted.toJson();
    assertThat(json).contains("\"formatVersion\" : 2").contains("\"trainingMean\" : 0.1");
    assertThat(DatasetManifest.fromJson("x/dataset.json", json)).isEqualTo(weighted);
    assertThat(manifest.toJson()).contains("\"formatVersion\" : 1").doesNotContain("weights");
    assertCorrupt(json.replace("\"weights\"", "\"other\""), "lacks its weights");
    assertCorrupt(json.replace("Mean\" : 0.1", "Mean\" : 0.0"), "expected more than 0");
    assertCorrupt(json.replace("trainingMean", "mean"), "trainingMean");
  }

  @Test
  void imagesThatLieElsewhereMakeItAFormatOfTheirOwn() {
    ImageFiles images =
        new ImageFiles(List.of("image", "bytes"), List.of(new ImageFile("file:/a b", 7, 99)));
    for (Optional<Weights> weights : List.of(WEIGHTS, Optional.<Weights>empty())) {
      DatasetManifest inPlace = example(5, weights, Optional.of(images));
      String json = inPlace.toJson();
      assertThat(json).contains("\"formatVersion\" : 3").contains("file:/a b");
      assertThat(DatasetManifest.fromJson("x/dataset.json", json)).isEqualTo(inPlace);
      assertCorrupt(json.replace("\"images\"", "\"other\""), "lacks its images");
      assertCorrupt(json.replace("\"modified\"", "\"changed\""), "modified");
    }
  }

  @Test
  void everyRowOfEveryFileHasAnAddressOfItsOwn() {
    long last = (1L << 40) - 1;
    assertThat(ImageFiles.address(0, last) + 1).isEqualTo(ImageFiles.address(1, 0));
    assertThatThrownBy(() -> ImageFiles.address(0, last + 1)).hasMessageContaining("no address");
  }

  @Test
  void filesMustHoldWhatTheSplitsCount() {
    assertThatThrownBy(() -> example(4, Optional.empty(), Optional.empty()))
        .hasMessageContaining("counts 5 examples, its files 4");
  }

  private static void assertCorrupt(String json, String detail) {
    assertThatThrownBy(() -> DatasetManifest.fromJson("x/dataset.json", json))
        .isInstanceOf(CorruptArtifactException.class)
        .hasMessageContaining(detail);
  }

  private static DatasetManifest example(
      long inTrainFile, Optional<Weights> weights, Optional<ImageFiles> images) {
    return new DatasetManifest(
        "ab".repeat(32),
        new ClassIndex(List.of("cat", "dog")),
        List.of(
            new DataFile(Split.TRAIN, "split=train/part-00000.parquet", inTrainFile, 1234),
            new DataFile(Split.TEST, "split=test/part-00000.parquet", 2, 999)),
        Map.of(
            Split.TRAIN, new SplitCounts(5, List.of(4L, 1L)),
            Split.TEST, new SplitCounts(2, List.of(1L, 1L))),
        new ImageSizes(8, 32, 8, 32, 28, 28, Map.of(1, 5L, 3, 2L)),
        Map.of(1, new Normalization(List.of(72.5f), List.of(90f))),
        new Source("file:/images", "folder"),
        Map.of("ingest.format", "auto"),
        Map.of("truncated", 3L),
        new Duplicates(1, 0, 1),
        List.of("Class 'dog' has 1 image"),
        weights,
        images);
  }
}
