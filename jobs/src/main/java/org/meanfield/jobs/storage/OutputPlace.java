package org.meanfield.jobs.storage;

import java.util.Arrays;
import java.util.function.Predicate;
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
   * @param skipped names of files and folders that are not read there
   * @throws MisplacedOutputException where the one is, or lies in, the other
   */
  public static void requireOutside(
      String output, String setting, String input, Predicate<String> skipped) {
    if (isReadWith(output, input, skipped)) {
      throw new MisplacedOutputException(trouble(output, setting, input));
    }
  }

  /** True where a folder is, or lies in, an input, and below no name that is skipped there. */
  public static boolean isReadWith(String folder, String input, Predicate<String> skipped) {
    String read = input.replaceFirst("/+$", "") + "/";
    String asked = folder.replaceFirst("/+$", "") + "/";
    return asked.startsWith(read)
        && Arrays.stream(asked.substring(read.length()).split("/")).noneMatch(skipped);
  }

  /** Where it lies and what to do. */
  public static String trouble(String output, String setting, String input) {
    return "The output "
        + output
        + " lies in the input "
        + input
        + ", and would be taken for a part of it; name a folder outside of it in "
        + setting;
  }
}
