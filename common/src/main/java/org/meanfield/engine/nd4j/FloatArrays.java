package org.meanfield.engine.nd4j;

import java.nio.FloatBuffer;
import org.bytedeco.javacpp.FloatPointer;
import org.meanfield.model.FloatVector;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.concurrency.AffinityManager;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Floats in and out of ND4J's memory in one block: its own factories and getters go through an
 * indexer float by float, which shows in a round's time.
 */
final class FloatArrays {
  private FloatArrays() {}

  /** A new array of these values, row-major. Ownership: the caller closes. */
  static INDArray arrayOf(FloatVector values, long... shape) {
    INDArray array = Nd4j.createUninitialized(DataType.FLOAT, shape, 'c');
    values.putInto(floatsOf(array));
    // On a GPU this memory is a copy: the next operation has to fetch it. Nothing on a processor.
    Nd4j.getAffinityManager().tagLocation(array, AffinityManager.Location.HOST);
    return array;
  }

  /** The values, row-major, as 32-bit floats; empty for null, which is DL4J's empty array. */
  static FloatVector copyOf(INDArray view) {
    if (view == null) {
      return FloatVector.empty();
    }
    if (view.dataType() != DataType.FLOAT) {
      try (INDArray floats = view.castTo(DataType.FLOAT)) {
        return copyOf(floats);
      }
    }
    try (INDArray copy = view.dup('c')) {
      Nd4j.getAffinityManager().ensureLocation(copy, AffinityManager.Location.HOST);
      float[] values = new float[Math.toIntExact(copy.length())];
      floatsOf(copy).get(values);
      return FloatVector.wrap(values);
    }
  }

  /** The processor's memory of a whole array of floats; valid until the array is closed. */
  private static FloatBuffer floatsOf(INDArray array) {
    return ((FloatPointer) array.data().pointer()).capacity(array.length()).asBuffer();
  }
}
