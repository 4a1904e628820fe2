package org.meanfield.engine;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.meanfield.data.ClassIndex;
import org.meanfield.data.ImageSpec;
import org.meanfield.image.PixelImage;
import org.meanfield.model.FloatVector;
import org.meanfield.model.TrainedModel;

/** Scores images with a trained model in an engine. */
public final class EngineScorer implements Scorer {
  private final TrainedModel model;
  private final Predictor predictor;
  private final MinibatchAssembler assembler;

  /**
   * Opens the model; {@link #close} frees it.
   *
   * @param threads native threads that one call of {@link #score} may use
   */
  public EngineScorer(TrainedModel model, Engine engine, int threads) {
    this.model = model;
    this.assembler = new MinibatchAssembler(model.network().imageSpec());
    this.predictor = engine.predictor(model.network(), model.state(), threads);
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
    float[] all = predictor.predict(assembler.forScoring(images)).toArray();
    int classes = classes().size();
    List<FloatVector> rows = new ArrayList<>(images.size());
    for (int from = 0; from < all.length; from += classes) {
      rows.add(FloatVector.wrap(Arrays.copyOfRange(all, from, from + classes)));
    }
    return rows;
  }

  @Override
  public void close() {
    predictor.close();
  }
}
