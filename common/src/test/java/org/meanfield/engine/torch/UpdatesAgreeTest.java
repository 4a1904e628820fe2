package org.meanfield.engine.torch;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.deeplearning4j.nn.conf.GradientNormalization;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.meanfield.engine.Engines;
import org.meanfield.engine.Replica;
import org.meanfield.engine.StepPosition;
import org.meanfield.model.Network;
import org.nd4j.linalg.learning.config.Adam;
import org.nd4j.linalg.learning.config.Nesterovs;
import org.nd4j.linalg.learning.config.Sgd;
import org.nd4j.linalg.learning.regularization.WeightDecay;
import org.nd4j.linalg.schedule.MapSchedule;
import org.nd4j.linalg.schedule.PolySchedule;
import org.nd4j.linalg.schedule.ScheduleType;

/**
 * What happens between a gradient and the parameters: limits, penalties, schedules. Each case also
 * does something: without it, the same steps lead elsewhere.
 */
class UpdatesAgreeTest {
  private static final String CASE = "batch norm, log10 of the deviation";
  private static final double TOLERANCE = 1e-4;
  private static final double STEP = 0.02;
  private static final Map<String, Consumer<NeuralNetConfiguration.Builder>> RECIPES =
      new LinkedHashMap<>();

  static {
    penalties();
    schedules();
  }

  @ParameterizedTest
  @EnumSource(value = GradientNormalization.class, mode = EnumSource.Mode.EXCLUDE, names = "None")
  void everyLimitOnGradientsAgrees(GradientNormalization kind) {
    // Below the gradients' own norms, and below many of their values.
    double threshold = kind == GradientNormalization.ClipElementWiseAbsoluteValue ? 0.003 : 0.03;
    agrees(
        configuration ->
            plainly(configuration)
                .gradientNormalization(kind)
                .gradientNormalizationThreshold(threshold));
  }

  @ParameterizedTest
  @MethodSource("recipes")
  void penaltiesAndSchedulesAgree(String name) {
    agrees(RECIPES.get(name));
  }

  static List<String> recipes() {
    return List.copyOf(RECIPES.keySet());
  }

  private static void penalties() {
    RECIPES.put("L1", with(configuration -> configuration.l1(0.01).l1Bias(0.02)));
    RECIPES.put("L2", with(configuration -> configuration.l2(0.05).l2Bias(0.02)));
    RECIPES.put(
        "L1 and L2 and weight decay",
        with(configuration -> configuration.l1(0.01).l2(0.05).weightDecay(0.5, true)));
    RECIPES.put(
        "weight decay times the rate",
        with(configuration -> configuration.weightDecay(0.5, true).weightDecayBias(0.5, true)));
    RECIPES.put(
        "weight decay on its own",
        with(configuration -> configuration.weightDecay(0.01, false).weightDecayBias(0.02, false)));
    RECIPES.put(
        "AdamW", configuration -> configuration.updater(new Adam(0.01)).weightDecay(0.1, true));
    RECIPES.put(
        "weight decay by a schedule",
        with(
            configuration ->
                configuration.regularization(
                    List.of(
                        new WeightDecay(
                            new MapSchedule(ScheduleType.ITERATION, Map.of(0, 0.1, 4, 1.0)),
                            true)))));
  }

  private static void schedules() {
    RECIPES.put(
        "a rate by iteration",
        configuration ->
            configuration.updater(new Sgd(new PolySchedule(ScheduleType.ITERATION, 0.1, 2, 20))));
    RECIPES.put(
        "a rate and a momentum by epoch",
        configuration ->
            configuration.updater(
                new Nesterovs(
                    new MapSchedule(ScheduleType.EPOCH, Map.of(0, 0.05, 1, 0.01, 3, 0.1)),
                    new MapSchedule(ScheduleType.EPOCH, Map.of(0, 0.5, 2, 0.9)))));
  }

  private static Consumer<NeuralNetConfiguration.Builder> with(
      Consumer<NeuralNetConfiguration.Builder> more) {
    return configuration -> more.accept(plainly(configuration));
  }

  private static NeuralNetConfiguration.Builder plainly(
      NeuralNetConfiguration.Builder configuration) {
    return configuration.updater(new Nesterovs(STEP, 0.9));
  }

  private static void agrees(Consumer<NeuralNetConfiguration.Builder> recipe) {
    Network network = LayerCases.network(CASE, recipe);
    new Agreement(network, Engines.named("torch")).holdsForTenSteps(TOLERANCE);
    Network plain = LayerCases.network(CASE, UpdatesAgreeTest::plainly);
    assertThat(parametersOf(network)).isNotEqualTo(parametersOf(plain));
  }

  private static float[] parametersOf(Network network) {
    try (Replica replica = Engines.named("torch").open(network, 1)) {
      replica.load(Engines.named("nd4j").initialState(network));
      replica.step(Agreement.minibatch(network, 1), new StepPosition(0, 0, 1));
      return replica.state().parameters().toArray();
    }
  }
}
