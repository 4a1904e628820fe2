package org.meanfield.architecture.offences.data;

/** Speaks past the console. */
final class Prints {
  private Prints() {}

  static void print(Point point) {
    System.out.println(point);
  }
}
