package org.meanfield.engine.nd4j;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;

/**
 * What one example looks like in DL4J's minibatches.
 *
 * @param features its dimensions: {@code [F]} or {@code [C, H, W]}
 * @param targets number of classes K
 */
public record ExampleShape(List<Integer> features, int targets) implements Serializable {

  /** Copies into a list that serialises. */
  public ExampleShape {
    features = new ArrayList<>(features);
  }

  /** Values of the features. */
  public int featureValues() {
    return features.stream().reduce(1, Math::multiplyExact);
  }
}
