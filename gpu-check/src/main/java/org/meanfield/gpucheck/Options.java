package org.meanfield.gpucheck;

import java.util.Iterator;
import java.util.List;
import org.meanfield.engine.ComputeDevice;
import org.meanfield.error.SettingsException;

/**
 * What to check.
 *
 * @param device that is compared with the processor and measured
 * @param size of networks, images and minibatches
 */
record Options(ComputeDevice device, Size size) {
  /** How much is computed. */
  enum Size {
    /** What a GPU is for. */
    FULL,
    /** The same program in seconds on a processor: a test of the check itself. */
    SMALL
  }

  static Options parse(List<String> arguments) {
    ComputeDevice device = ComputeDevice.cuda(0);
    Size size = Size.FULL;
    Iterator<String> rest = arguments.iterator();
    while (rest.hasNext()) {
      String argument = rest.next();
      switch (argument) {
        case "--device" -> device = ComputeDevice.parse(valueOf(argument, rest));
        case "--small" -> size = Size.SMALL;
        default -> throw new SettingsException("There is no option '" + argument + "'");
      }
    }
    return new Options(device, size);
  }

  boolean isSmall() {
    return size == Size.SMALL;
  }

  private static String valueOf(String argument, Iterator<String> rest) {
    if (!rest.hasNext()) {
      throw new SettingsException(argument + " needs a value");
    }
    return rest.next();
  }
}
