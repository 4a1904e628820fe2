package org.meanfield.engine.nd4j;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.LongStream;
import org.meanfield.error.DataException;
import org.meanfield.model.FloatVector;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.dataset.api.MultiDataSet;

/**
 * The examples of one of DL4J's minibatches, copied out of ND4J's memory. A minibatch may have any
 * number of them.
 */
public final class ExampleRows {
  private static final String STOCK = "; train that with ParameterAveragingTrainingMaster";

  private final ExampleShape shape;
  private final FloatVector features;
  private final FloatVector targets;

  private ExampleRows(INDArray features, INDArray targets) {
    this.shape = shapeOf(features, targets);
    this.features = FloatArrays.copyOf(features);
    this.targets = FloatArrays.copyOf(targets);
  }

  /**
   * Of a minibatch with one input and one output.
   *
   * @throws DataException where it has a mask, or arrays of another rank
   */
  public static ExampleRows of(DataSet minibatch) {
    if (minibatch.getFeaturesMaskArray() != null || minibatch.getLabelsMaskArray() != null) {
      throw new DataException("A DataSet has a mask array, which sequences have" + STOCK);
    }
    return new ExampleRows(minibatch.getFeatures(), minibatch.getLabels());
  }

  /**
   * Of a minibatch that may have several inputs and outputs.
   *
   * @throws DataException where it has other than one of each, a mask, or arrays of another rank
   */
  public static ExampleRows of(MultiDataSet minibatch) {
    if (minibatch.numFeatureArrays() != 1 || minibatch.numLabelsArrays() != 1) {
      throw new DataException(
          "A MultiDataSet has "
              + minibatch.numFeatureArrays()
              + " feature and "
              + minibatch.numLabelsArrays()
              + " label arrays, expected one of each"
              + STOCK);
    }
    if (minibatch.getFeaturesMaskArray(0) != null || minibatch.getLabelsMaskArray(0) != null) {
      throw new DataException("A MultiDataSet has a mask array, which sequences have" + STOCK);
    }
    return new ExampleRows(minibatch.getFeatures(0), minibatch.getLabels(0));
  }

  /** What each example looks like. */
  public ExampleShape shape() {
    return shape;
  }

  /** Number of examples. */
  public int size() {
    return targets.length() / shape.targets();
  }

  /** Features of an example, row-major. */
  public List<FloatVector> features() {
    return rows(features, shape.featureValues());
  }

  /** Targets of an example. */
  public List<FloatVector> targets() {
    return rows(targets, shape.targets());
  }

  private List<FloatVector> rows(FloatVector all, int length) {
    float[] values = all.toArray();
    List<FloatVector> rows = new ArrayList<>();
    for (int row = 0; row < size(); row++) {
      rows.add(FloatVector.wrap(values, row * length, (row + 1) * length));
    }
    return rows;
  }

  private static ExampleShape shapeOf(INDArray features, INDArray targets) {
    if (features == null || targets == null) {
      throw new DataException(
          "A minibatch has no " + (features == null ? "features" : "labels") + STOCK);
    }
    boolean known = features.rank() == 2 || features.rank() == 4;
    if (!known || targets.rank() != 2 || features.size(0) != targets.size(0)) {
      throw new DataException(
          "A minibatch has features of shape "
              + Arrays.toString(features.shape())
              + " and labels of shape "
              + Arrays.toString(targets.shape())
              + ", expected [n, values] or [n, channels, height, width] and [n, classes]"
              + STOCK);
    }
    List<Integer> dimensions =
        LongStream.of(features.shape()).skip(1).mapToObj(Math::toIntExact).toList();
    return new ExampleShape(dimensions, Math.toIntExact(targets.size(1)));
  }
}
