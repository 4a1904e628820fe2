package org.meanfield.jobs.registry;

import static org.assertj.core.api.Assertions.assertThat;

import com.typesafe.config.ConfigFactory;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.meanfield.config.Settings;
import org.meanfield.registry.CalibrationLimit;
import org.meanfield.registry.ClassFloors;
import org.meanfield.registry.ClassRegressionLimit;
import org.meanfield.registry.Criterion;
import org.meanfield.registry.ExportAgreement;
import org.meanfield.registry.ExportLatencyLimit;
import org.meanfield.registry.ExportSizeLimit;
import org.meanfield.registry.MinimumAccuracy;
import org.meanfield.registry.MinimumGain;
import org.meanfield.registry.NonInferiority;
import org.meanfield.registry.SameTestSplit;
import org.meanfield.registry.SignificantGain;

/** Every setting of the gate becomes its own criterion. */
class PromotionSettingsTest {
  private static final String EVERYTHING =
      """
      minimum-accuracy = 0.7, minimum-class-recall = 0.2, class-floors = ["cat=0.3"],
      maximum-calibration-error = 0.11, minimum-export-agreement = 0.98,
      maximum-export-bytes = 5000, maximum-latency-milliseconds = 2.5, significance = 0.04,
      margin = 0.03, minimum-gain = 0.02, maximum-class-regression = 0.06
      """;

  @Test
  void eachSettingIsItsCriterion() {
    assertThat(criteria(EVERYTHING))
        .containsExactly(
            new SameTestSplit(),
            new MinimumAccuracy(0.7),
            new ClassFloors(0.2, Map.of("cat", 0.3)),
            new CalibrationLimit(0.11),
            new ExportAgreement(0.98),
            new ExportSizeLimit(5000),
            new ExportLatencyLimit(2.5),
            new NonInferiority(0.03, 0.04),
            new ClassRegressionLimit(0.06));
    assertThat(criteria(EVERYTHING + ", comparison = superior"))
        .contains(new MinimumGain(0.02), new SignificantGain(0.04))
        .doesNotContain(new NonInferiority(0.03, 0.04))
        .hasSize(10);
  }

  @Test
  void sizeAndLatencyAreAskedOnlyWhereSet() {
    assertThat(criteria(""))
        .contains(new CalibrationLimit(0.15), new ExportAgreement(1))
        .noneMatch(each -> each instanceof ExportSizeLimit || each instanceof ExportLatencyLimit);
    assertThat(criteria("minimum-export-agreement = 0"))
        .noneMatch(each -> each instanceof ExportAgreement);
  }

  private static List<Criterion> criteria(String conf) {
    Settings settings =
        Settings.resolve(
            PromotionSettings.declared(), ConfigFactory.parseString("promotion {" + conf + "}"));
    return PromotionSettings.policy(settings).criteria();
  }
}
