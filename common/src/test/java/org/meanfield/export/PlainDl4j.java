package org.meanfield.export;

import java.io.File;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.meanfield.data.ClassIndex;
import org.meanfield.data.ImageSpec;
import org.meanfield.image.PixelImage;
import org.meanfield.model.FloatVector;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** An exported zip in a program that knows DL4J alone: it normalises the pixels itself. */
final class PlainDl4j extends ForeignProgram {
  private final ComputationGraph graph;

  PlainDl4j(File zip, ImageSpec spec, ClassIndex classes) throws IOException {
    super(spec, classes);
    this.graph = ComputationGraph.load(zip, false);
  }

  @Override
  public List<FloatVector> score(List<PixelImage> images) {
    List<FloatVector> rows = new ArrayList<>();
    try (INDArray pixels = Nd4j.create(normalized(images));
        INDArray probabilities = graph.output(pixels)[0]) {
      for (float[] row : probabilities.toFloatMatrix()) {
        rows.add(FloatVector.wrap(row));
      }
    }
    return rows;
  }

  /** {@code [N, C, H, W]}. */
  private float[][][][] normalized(List<PixelImage> images) {
    ImageSpec spec = imageSpec();
    float[][][][] values = new float[images.size()][spec.channels()][spec.height()][spec.width()];
    for (int image = 0; image < images.size(); image++) {
      for (int channel = 0; channel < spec.channels(); channel++) {
        float mean = spec.normalization().mean().get(channel);
        float deviation = spec.normalization().deviation().get(channel);
        for (int row = 0; row < spec.height(); row++) {
          for (int column = 0; column < spec.width(); column++) {
            int value = images.get(image).value(row, column, channel);
            values[image][channel][row][column] = (value - mean) / deviation;
          }
        }
      }
    }
    return values;
  }

  @Override
  public void close() {
    graph.close();
  }
}
