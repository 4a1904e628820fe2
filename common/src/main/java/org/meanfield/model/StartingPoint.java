package org.meanfield.model;

import java.util.List;

/**
 * A network that starts from weights trained before.
 *
 * @param network with its frozen layers
 * @param state kept and new weights; no updater state yet
 * @param kept layers with weights from the model to start from
 * @param fresh layers with new weights
 * @param frozen layers with weights that do not learn
 */
public record StartingPoint(
    Network network, ModelState state, List<String> kept, List<String> fresh, List<String> frozen) {

  /** Copies the lists. */
  public StartingPoint {
    kept = List.copyOf(kept);
    fresh = List.copyOf(fresh);
    frozen = List.copyOf(frozen);
  }

  /** What a person should know, in a line. */
  public String summary() {
    return "kept the weights of "
        + count(kept)
        + "; new: "
        + count(fresh)
        + "; frozen: "
        + count(frozen);
  }

  private static String count(List<String> layers) {
    if (layers.isEmpty()) {
      return "none";
    }
    String named =
        layers.size() <= 4
            ? String.join(", ", layers)
            : layers.get(0) + " to " + layers.get(layers.size() - 1);
    return layers.size() + (layers.size() == 1 ? " layer (" : " layers (") + named + ")";
  }
}
