package org.meanfield.jobs.storage;

import org.meanfield.error.MisplacedOutputException;

/** Where a command's output may lie. */
public final class OutputPlace {
  private OutputPlace() {}

  /**
   * Refuses an output that would be read as a part of what it is made from.
   *
   * @param output folder, absolute
   * @param setting that names the output, for the message
   * @param input file or folder, absolute
   * @throws MisplacedOutputException where the one is, or lies in, the other
   */
  public static void requireOutside(String output, String setting, String input) {
    if ((output + "/").startsWith(input.replaceFirst("/+$", "") + "/")) {
      throw new MisplacedOutputException(
          "The output "
              + output
              + " lies in the input "
              + input
              + ", and would be taken for a part of it; name a folder outside of it in "
              + setting);
    }
  }
}
