package org.meanfield.jobs.dl4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.reflect.Method;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.deeplearning4j.spark.api.TrainingHook;
import org.deeplearning4j.spark.impl.paramavg.ParameterAveragingTrainingMaster;
import org.junit.jupiter.api.Test;
import org.meanfield.average.AveragingSchedule;
import org.meanfield.average.ExchangeCodec;
import org.meanfield.average.OuterOptimizer;
import org.meanfield.engine.Precision;
import org.meanfield.error.SettingsException;
import org.nd4j.linalg.dataset.api.DataSet;
import org.nd4j.linalg.dataset.api.MultiDataSet;

/** The builder, its refusals, and settings as text. */
class MasterSettingsTest {
  @Test
  void everyMethodOfStocksBuilderIsHere() {
    assertThat(methods(MeanfieldTrainingMaster.Builder.class))
        .containsAll(methods(ParameterAveragingTrainingMaster.Builder.class));
  }

  private static Set<String> methods(Class<?> builder) {
    return Arrays.stream(builder.getMethods())
        .filter(method -> method.getDeclaringClass() != Object.class)
        .map(MasterSettingsTest::signature)
        .collect(Collectors.toSet());
  }

  private static String signature(Method method) {
    return method.getName() + Arrays.toString(method.getParameterTypes());
  }

  @Test
  void settingsSurviveJsonAndYaml() {
    MeanfieldTrainingMaster master =
        new MeanfieldTrainingMaster.Builder(4, 64)
            .batchSizePerWorker(32)
            .averagingSchedule(new AveragingSchedule.PostLocal(100, 8))
            .outerOptimizer(new OuterOptimizer(0.7, 0.9, OuterOptimizer.LookAhead.NESTEROV))
            .exchange(ExchangeCodec.BF16)
            .engine("torch")
            .precision(Precision.BF16)
            .rngSeed(123456789012L)
            .runDir("hdfs://name/run")
            .checkpointEveryRounds(10)
            .roundTimeoutSeconds(30)
            .build();
    String json = master.toJson();
    assertThat(json).contains("\"post-local\"").contains("hdfs://name/run");
    assertThat(MeanfieldTrainingMaster.fromJson(json).toJson()).isEqualTo(json);
    assertThat(MeanfieldTrainingMaster.fromYaml(master.toYaml()).toJson()).isEqualTo(json);
    MeanfieldTrainingMaster plain = new MeanfieldTrainingMaster.Builder(1).build();
    assertThat(MeanfieldTrainingMaster.fromYaml(plain.toYaml()).toJson())
        .isEqualTo(plain.toJson())
        .doesNotContain("numWorkers");
    assertThat(SettingsText.read("{\"type\": \"MeanfieldTrainingMaster\"}", SettingsText.Form.JSON))
        .isEqualTo(MasterSettings.DEFAULTS);
  }

  @Test
  void textOfAnotherKindIsRefused() {
    assertThatThrownBy(() -> MeanfieldTrainingMaster.fromJson("{\"averagingFrequency\": 5}"))
        .isInstanceOf(SettingsException.class)
        .hasMessageContaining("its type is ''");
    assertThatThrownBy(
            () ->
                MeanfieldTrainingMaster.fromJson(
                    "{\"type\": \"MeanfieldTrainingMaster\", \"batchSize\": 5}"))
        .isInstanceOf(SettingsException.class)
        .hasMessageContaining("batchSizePerWorker");
    assertThatThrownBy(() -> MeanfieldTrainingMaster.fromYaml("{"))
        .isInstanceOf(SettingsException.class);
    assertThatThrownBy(
            () ->
                MeanfieldTrainingMaster.fromJson(
                    "{\"type\": \"MeanfieldTrainingMaster\", \"precision\": \"fp8\"}"))
        .isInstanceOf(SettingsException.class);
  }

  @Test
  void whatCannotBeDoneIsRefusedWithTheAlternative() {
    MasterBuilder builder = new MeanfieldTrainingMaster.Builder(1);
    assertThat(builder.saveUpdater(true)).isSameAs(builder);
    assertThatThrownBy(() -> builder.saveUpdater(false))
        .hasMessageContaining("ParameterAveragingTrainingMaster");
    assertThatThrownBy(() -> builder.trainingHooks(new NoHook()))
        .hasMessageContaining("TrainingListener");
    MeanfieldTrainingMaster master = builder.trainingHooks(List.of()).build();
    assertThatThrownBy(() -> master.addHook(new NoHook())).hasMessageContaining("TrainingListener");
    master.removeHook(new NoHook());
    assertThatThrownBy(() -> builder.batchSizePerWorker(0).build())
        .hasMessageContaining("batchSizePerWorker");
    assertThatThrownBy(() -> new MeanfieldTrainingMaster.Builder(0, 1).build())
        .hasMessageContaining("numWorkers");
    assertThatThrownBy(() -> new MeanfieldTrainingMaster.Builder(1).engine("abacus").build())
        .hasMessageContaining("torch");
    assertThatThrownBy(() -> master.executeTrainingPaths(null, null, null, null, null))
        .hasMessageContaining("one network and one loader");
  }

  private static final class NoHook implements TrainingHook {
    private static final long serialVersionUID = 1L;

    @Override
    public void preUpdate(DataSet minibatch, org.deeplearning4j.nn.api.Model model) {}

    @Override
    public void postUpdate(DataSet minibatch, org.deeplearning4j.nn.api.Model model) {}

    @Override
    public void preUpdate(MultiDataSet minibatch, org.deeplearning4j.nn.api.Model model) {}

    @Override
    public void postUpdate(MultiDataSet minibatch, org.deeplearning4j.nn.api.Model model) {}
  }
}
