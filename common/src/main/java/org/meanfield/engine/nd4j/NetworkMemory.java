package org.meanfield.engine.nd4j;

import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.nn.api.Updater;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.nn.updater.graph.ComputationGraphUpdater;
import org.nd4j.linalg.api.buffer.DataBuffer;
import org.nd4j.linalg.api.memory.MemoryWorkspace;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Frees what DL4J's networks hold outside of Java's heap. Their own {@code close()} frees the same,
 * and then has the whole heap collected twice: most of a second in a Spark driver, every time.
 */
final class NetworkMemory {
  private NetworkMemory() {}

  /** Frees a network of either kind, and the workspaces of this thread; it is of no use then. */
  static void free(Model network) {
    if (network instanceof MultiLayerNetwork chain) {
      Updater updater = chain.getUpdater(false);
      free(chain.getGradientsViewArray());
      free(updater == null ? null : updater.getStateViewArray());
    } else {
      ComputationGraphUpdater updater = ((ComputationGraph) network).getUpdater(false);
      free(network.getGradientsViewArray());
      free(updater == null ? null : updater.getStateViewArray());
    }
    if (!network.params().isEmpty()) {
      freeWhole(network.params());
    }
    var workspaces = Nd4j.getWorkspaceManager();
    for (MemoryWorkspace workspace : workspaces.getAllWorkspacesForCurrentThread()) {
      workspaces.destroyWorkspace(workspace);
    }
  }

  /** A graph hands its parameters out in another shape only, which may not be closed itself. */
  private static void freeWhole(INDArray parameters) {
    DataBuffer shown = parameters.data();
    DataBuffer whole = shown.originalDataBuffer() == null ? shown : shown.originalDataBuffer();
    if (whole.closeable()) {
      whole.close();
    }
  }

  private static void free(INDArray array) {
    if (array != null && array.closeable()) {
      array.close();
    }
  }
}
