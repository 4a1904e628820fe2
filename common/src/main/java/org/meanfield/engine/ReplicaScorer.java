package org.meanfield.engine;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.meanfield.data.ClassIndex;
import org.meanfield.data.ImageSpec;
import org.meanfield.image.PixelImage;
import org.meanfield.model.FloatVector;
import org.meanfield.model.TrainedModel;

/** Scores images with a replica of an engine. */
public final class ReplicaScorer implements Scorer {
  private final TrainedModel model;
  private final Replica replica;
  private final MinibatchAssembler assembler;

  /** Opens a replica with the model's weights; {@link #close} frees it. */
  public ReplicaScorer(TrainedModel model, Engine engine, int threads) {
    this.model = model;
    this.assembler = new MinibatchAssembler(model.network().imageSpec());
    this.replica = opened(model, engine, threads);
  }

  private static Replica opened(TrainedModel model, Engine engine, int threads) {
    Replica replica = engine.open(model.network(), threads);
    try {
      replica.load(model.state());
      return replica;
    } catch (RuntimeException e) {
      replica.close();
      throw e;
    }
  }

  @Override
  public ImageSpec imageSpec() {
    return model.network().imageSpec();
  }

  @Override
  public ClassIndex classes() {
    return model.network().classes();
  }

  @Override
  public List<FloatVector> score(List<PixelImage> images) {
    if (images.isEmpty()) {
      return List.of();
    }
    float[] all = replica.predict(assembler.forScoring(images)).toArray();
    int classes = classes().size();
    List<FloatVector> rows = new ArrayList<>(images.size());
    for (int from = 0; from < all.length; from += classes) {
      rows.add(FloatVector.wrap(Arrays.copyOfRange(all, from, from + classes)));
    }
    return rows;
  }

  @Override
  public void close() {
    replica.close();
  }
}
