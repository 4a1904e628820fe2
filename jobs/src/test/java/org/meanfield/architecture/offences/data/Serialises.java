package org.meanfield.architecture.offences.data;

import java.io.IOException;
import java.io.ObjectOutputStream;
import java.io.OutputStream;

/** Writes a file that only today's class can read. */
final class Serialises {
  private Serialises() {}

  static void write(Point point, OutputStream out) throws IOException {
    new ObjectOutputStream(out).writeObject(point.toString());
  }
}
