package org.meanfield.engine.torch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.meanfield.engine.torch.LayerCases.head;
import static org.meanfield.engine.torch.LayerCases.layer;

import java.util.Map;
import org.bytedeco.pytorch.Generator;
import org.bytedeco.pytorch.GeneratorOptional;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.deeplearning4j.nn.conf.dropout.GaussianDropout;
import org.deeplearning4j.nn.conf.layers.Upsampling2D;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.meanfield.engine.Engines;
import org.meanfield.engine.Minibatch;
import org.meanfield.engine.Replica;
import org.meanfield.engine.StepPosition;
import org.meanfield.error.SettingsException;
import org.meanfield.model.ModelState;
import org.meanfield.model.Network;
import org.nd4j.linalg.schedule.MapSchedule;
import org.nd4j.linalg.schedule.ScheduleType;

/** Dropout with DL4J's meaning: its number is the probability to keep a value. */
class DropoutTest {
  private static final int VALUES = 100_000;

  @BeforeAll
  static void load() {
    assertThat(TorchNatives.problem()).isEmpty();
  }

  @Test
  void keepsAShareOfTheValuesAndTheirMean() {
    float[] values = dropped(new org.deeplearning4j.nn.conf.dropout.Dropout(0.8), training(0));
    assertThat(values).containsOnly(0, 1.25f);
    assertThat(kept(values)).isCloseTo(0.8, within(0.005));
    assertThat(values)
        .isEqualTo(dropped(new org.deeplearning4j.nn.conf.dropout.Dropout(0.8), training(0)));
  }

  @Test
  void followsAScheduleByTheTrainingClock() {
    var schedule = new MapSchedule(ScheduleType.ITERATION, Map.of(0, 0.9, 10, 0.5));
    var dropout = new org.deeplearning4j.nn.conf.dropout.Dropout(schedule);
    assertThat(kept(dropped(dropout, training(9)))).isCloseTo(0.9, within(0.005));
    assertThat(kept(dropped(dropout, training(10)))).isCloseTo(0.5, within(0.005));
  }

  @Test
  void leavesEverythingInInference() {
    var dropout = new org.deeplearning4j.nn.conf.dropout.Dropout(0.5);
    assertThat(dropped(dropout, training(0).asInference())).containsOnly(1);
  }

  /** A layer without parameters whose input drops out all the same. */
  @ParameterizedTest
  @ValueSource(strings = {"nd4j", "torch"})
  void upsamplingDropsOutOnBothEngines(String engine) {
    Network network =
        LayerCases.around(
            "upsampling",
            graph -> {
              layer(graph, "last", new Upsampling2D.Builder(2).dropOut(0.5).build(), "conv1");
              head(graph, "last");
            });
    ModelState start = Engines.named("nd4j").initialState(network);
    Minibatch minibatch = Agreement.minibatch(network, 1);
    try (Replica replica = Engines.named(engine).open(network, 1)) {
      replica.load(start);
      double one = replica.step(minibatch, new StepPosition(0, 0, 1));
      replica.load(start);
      assertThat(replica.step(minibatch, new StepPosition(0, 0, 2))).isNotEqualTo(one);
    }
  }

  @Test
  void anotherKindIsRefusedByName() {
    assertThatThrownBy(() -> Dropout.of("dense7", new GaussianDropout(0.5)))
        .isInstanceOf(SettingsException.class)
        .hasMessageContaining("'dense7' (GaussianDropout)");
  }

  private static Pass training(int iteration) {
    Generator generator = torch.make_generator_cpu();
    generator.set_current_seed(7);
    return new Pass(
        Pass.Mode.TRAINING, ScalarType.Float, new GeneratorOptional(generator), iteration, 0);
  }

  private static float[] dropped(org.deeplearning4j.nn.conf.dropout.Dropout dropout, Pass pass) {
    Stage stage = Dropout.of("dense7", dropout).get(0);
    return Native.temporary(
        () -> FlatMemory.floats(stage.forward(torch.ones(VALUES), pass)).toArray());
  }

  private static double kept(float[] values) {
    int kept = 0;
    for (float value : values) {
      kept += value == 0 ? 0 : 1;
    }
    return (double) kept / values.length;
  }
}
