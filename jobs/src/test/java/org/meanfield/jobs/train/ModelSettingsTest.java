package org.meanfield.jobs.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.typesafe.config.ConfigFactory;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.meanfield.config.Settings;
import org.meanfield.data.ClassIndex;
import org.meanfield.data.DatasetManifest;
import org.meanfield.data.ImageSpec;
import org.meanfield.data.Normalization;
import org.meanfield.data.ResizePolicy;
import org.meanfield.error.SettingsException;

class ModelSettingsTest {
  private static final Normalization GREY = new Normalization(List.of(70f), List.of(80f));

  @Test
  void theDataSetDecidesWhatNobodySets() {
    ModelSettings settings = read("");

    assertThat(settings.name()).contains("cnn");
    assertThat(settings.imageSpec(greyData(), Optional.empty()))
        .isEqualTo(new ImageSpec(28, 30, 1, ResizePolicy.STRETCH, GREY));
  }

  @Test
  void settingsWinOverTheModelToStartFromAndThatOverTheDataSet() {
    ImageSpec before = new ImageSpec(64, 64, 1, ResizePolicy.CROP, Normalization.unitRange(1));

    assertThat(read("model.start-from = m.zip").name()).isEmpty();
    assertThat(
            read("model.start-from = m.zip, image.resize = pad")
                .imageSpec(greyData(), Optional.of(before)))
        .isEqualTo(new ImageSpec(64, 64, 1, ResizePolicy.PAD, Normalization.unitRange(1)));
    assertThat(
            read("""
                    model.start-from = m.zip, image.size = 20x24, image.channels = 3
                    image { normalization = fixed, mean = [1, 2, 3], deviation = 4 }""")
                .imageSpec(greyData(), Optional.of(before)))
        .isEqualTo(
            new ImageSpec(
                20,
                24,
                3,
                ResizePolicy.STRETCH,
                new Normalization(List.of(1f, 2f, 3f), List.of(4f, 4f, 4f))));
  }

  @Test
  void refusesContradictions() {
    assertThatThrownBy(() -> read("model.freeze-until = conv1"))
        .isInstanceOf(SettingsException.class)
        .hasMessageContaining("model.start-from");
    assertThatThrownBy(() -> read("image.mean = 3"))
        .isInstanceOf(SettingsException.class)
        .hasMessageContaining("image.normalization = fixed");
    assertThatThrownBy(() -> read("image.size = 32"))
        .isInstanceOf(SettingsException.class)
        .hasMessageContaining("HEIGHTxWIDTH");
  }

  private static ModelSettings read(String hocon) {
    return ModelSettings.from(
        Settings.resolve(ModelSettings.declared(), ConfigFactory.parseString(hocon)));
  }

  private static DatasetManifest greyData() {
    return new DatasetManifest(
        "0".repeat(64),
        new ClassIndex(List.of("a", "b")),
        List.of(),
        Map.of(),
        new DatasetManifest.ImageSizes(28, 28, 30, 30, 28, 30, Map.of(1, 7L)),
        Map.of(1, GREY),
        new DatasetManifest.Source("file:/images", "folder"),
        Map.of(),
        Map.of(),
        new DatasetManifest.Duplicates(0, 0, 0),
        List.of(),
        Optional.empty(),
        Optional.empty());
  }
}
