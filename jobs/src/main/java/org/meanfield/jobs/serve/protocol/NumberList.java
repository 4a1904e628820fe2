package org.meanfield.jobs.serve.protocol;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** The numbers of a JSON array, however deep they are nested: a tensor may be flat or in rows. */
final class NumberList {
  private float[] values = new float[1024];
  private int size;

  private NumberList() {}

  /** Reads the array at which the parser stands. */
  static NumberList read(JsonParser json, String key) throws IOException {
    if (json.currentToken() != JsonToken.START_ARRAY) {
      throw new BadRequestException(key + " must be a JSON array of numbers");
    }
    NumberList list = new NumberList();
    int depth = 1;
    while (depth > 0) {
      switch (json.nextToken()) {
        case START_ARRAY -> depth++;
        case END_ARRAY -> depth--;
        case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> list.add(json.getFloatValue());
        default ->
            throw new BadRequestException(
                key + " must hold numbers; found " + json.getText() + " after " + list.size);
      }
    }
    return list;
  }

  /** As whole numbers. */
  List<Long> toLongs() {
    List<Long> longs = new ArrayList<>(size);
    for (int i = 0; i < size; i++) {
      if (values[i] != Math.rint(values[i])) {
        throw new BadRequestException("A shape has whole numbers; found " + values[i]);
      }
      longs.add((long) values[i]);
    }
    return longs;
  }

  /** In the form in which the binary extension would have sent them. */
  ByteBuffer toBytes(String name, String datatype) {
    if (datatype.equals(InputTensor.UINT8)) {
      ByteBuffer bytes = ByteBuffer.allocate(size);
      for (int i = 0; i < size; i++) {
        if (values[i] != Math.rint(values[i]) || values[i] < 0 || values[i] > 255) {
          throw new BadRequestException(
              "Input '" + name + "' is UINT8, 0..255; found " + values[i] + " at " + i);
        }
        bytes.put((byte) (int) values[i]);
      }
      return bytes.flip();
    }
    ByteBuffer bytes = ByteBuffer.allocate(size * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    bytes.asFloatBuffer().put(values, 0, size);
    return bytes;
  }

  private void add(float value) {
    if (size == values.length) {
      values = Arrays.copyOf(values, 2 * size);
    }
    values[size++] = value;
  }
}
