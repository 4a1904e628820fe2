package org.meanfield.jobs.storage;

import java.util.Collection;
import java.util.List;
import org.meanfield.error.ConflictException;

/**
 * Keeps a command from writing over files of others: a note in the output folder, from the
 * command's first file there to its last. Where the note is, the same command was killed, and what
 * lies there is its own.
 *
 * <p>Ownership: whoever took it gives it back once the output is complete.
 */
public final class OutputClaim {
  private final Storage storage;
  private final String note;

  private OutputClaim(Storage storage, String note) {
    this.storage = storage;
    this.note = note;
  }

  /**
   * Looks whether a command may write to a folder; changes nothing.
   *
   * @param names of the files and folders right in it that the command writes
   * @throws ConflictException naming those that are there, and are not what a killed command left
   */
  public static void requireFree(
      Storage storage, String folder, String command, Collection<String> names) {
    if (storage.exists(note(folder, command))) {
      return;
    }
    List<String> others = storage.list(folder).stream().filter(names::contains).toList();
    if (!others.isEmpty()) {
      throw new ConflictException(
          "The output "
              + folder
              + " holds "
              + String.join(", ", others)
              + ", which '"
              + command
              + "' did not write and would replace; choose another output, or move that away");
    }
  }

  /**
   * Takes the folder. Parameters and errors as for {@link #requireFree}.
   *
   * @return to be given back once all is written
   */
  public static OutputClaim take(
      Storage storage, String folder, String command, Collection<String> names) {
    requireFree(storage, folder, command, names);
    OutputClaim claim = new OutputClaim(storage, note(folder, command));
    storage.write(claim.note, new byte[0]);
    return claim;
  }

  /** The output is complete: nobody may take it for a killed command's any more. */
  public void giveBack() {
    storage.delete(note);
  }

  private static String note(String folder, String command) {
    return folder + "/." + command + "-claim";
  }
}
