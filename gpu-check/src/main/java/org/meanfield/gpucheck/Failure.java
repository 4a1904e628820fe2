package org.meanfield.gpucheck;

/** A failure in one line: LibTorch's messages carry a stack of C++ frames. */
final class Failure {
  private static final int LONGEST = 400;

  private Failure() {}

  static String firstLine(Throwable failure) {
    String text =
        String.valueOf(failure.getMessage()).lines().findFirst().orElse(failure.toString());
    String line = failure.getClass().getSimpleName() + ": " + text;
    return line.length() > LONGEST ? line.substring(0, LONGEST) : line;
  }
}
