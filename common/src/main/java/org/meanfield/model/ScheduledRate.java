package org.meanfield.model;

import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.graph.GraphVertex;
import org.deeplearning4j.nn.conf.graph.LayerVertex;
import org.deeplearning4j.nn.conf.layers.BaseLayer;
import org.nd4j.linalg.learning.config.Adam;
import org.nd4j.linalg.learning.config.IUpdater;
import org.nd4j.linalg.learning.config.Nesterovs;
import org.nd4j.linalg.learning.config.Sgd;
import org.nd4j.linalg.schedule.ISchedule;
import org.nd4j.shade.jackson.annotation.JsonAutoDetect;
import org.nd4j.shade.jackson.annotation.JsonCreator;
import org.nd4j.shade.jackson.annotation.JsonProperty;
import org.nd4j.shade.jackson.annotation.JsonSubTypes;
import org.nd4j.shade.jackson.annotation.JsonTypeInfo;

/**
 * A {@link LearningRateSchedule} as DL4J sees it: part of a configuration's JSON, driven by the
 * iteration count of the graph alone. A configuration with it needs this class to be read; {@link
 * Network#withoutSchedule()} takes it out.
 *
 * @param base learning rate at factor 1
 * @param totalIterations of one worker in the whole training
 * @param schedule factor over time
 */
@JsonAutoDetect(
    fieldVisibility = JsonAutoDetect.Visibility.NONE,
    getterVisibility = JsonAutoDetect.Visibility.NONE,
    isGetterVisibility = JsonAutoDetect.Visibility.NONE)
public record ScheduledRate(
    @JsonProperty("base") double base,
    @JsonProperty("totalIterations") int totalIterations,
    @JsonProperty("schedule")
        @JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "kind")
        @JsonSubTypes({
          @JsonSubTypes.Type(value = LearningRateSchedule.Constant.class, name = "constant"),
          @JsonSubTypes.Type(value = LearningRateSchedule.Step.class, name = "step"),
          @JsonSubTypes.Type(value = LearningRateSchedule.Cosine.class, name = "cosine")
        })
        LearningRateSchedule schedule)
    implements ISchedule {

  /** For DL4J's JSON. */
  @JsonCreator
  public ScheduledRate {}

  @Override
  public double valueAt(int iteration, int epoch) {
    return base * schedule.factor(iteration, totalIterations);
  }

  /** Replaces every schedule of this kind by its base rate. */
  static void removeFrom(ComputationGraphConfiguration graph) {
    for (GraphVertex vertex : graph.getVertices().values()) {
      if (vertex instanceof LayerVertex layerVertex
          && LayerTree.innermost(layerVertex.getLayerConf().getLayer()) instanceof BaseLayer layer
          && scheduleOf(layer.getIUpdater()) instanceof ScheduledRate scheduled) {
        layer.getIUpdater().setLrAndSchedule(scheduled.base(), null);
      }
    }
  }

  /** A schedule is not part of DL4J's updater interface, so that each kind is asked on its own. */
  private static ISchedule scheduleOf(IUpdater updater) {
    if (updater instanceof Sgd sgd) {
      return sgd.getLearningRateSchedule();
    }
    if (updater instanceof Nesterovs nesterovs) {
      return nesterovs.getLearningRateSchedule();
    }
    return updater instanceof Adam adam ? adam.getLearningRateSchedule() : null;
  }

  /** This object: it is immutable. */
  @Override
  @SuppressWarnings("MethodDoesntCallSuperMethod")
  public ScheduledRate clone() {
    return this;
  }
}
