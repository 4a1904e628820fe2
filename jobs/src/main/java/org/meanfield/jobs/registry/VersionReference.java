package org.meanfield.jobs.registry;

import java.util.List;
import java.util.Set;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import org.meanfield.error.ConflictException;
import org.meanfield.error.SettingsException;
import org.meanfield.registry.ModelVersion;
import org.meanfield.registry.RegistryState;

/** The words by which people name versions. */
final class VersionReference {
  private static final String CHAMPION = "champion";
  private static final String LATEST = "latest";
  private static final Pattern NUMBER = Pattern.compile("[1-9]\\d{0,8}");
  private static final Pattern NAME = Pattern.compile("[a-z][a-z0-9._-]{0,63}");

  private VersionReference() {}

  /** The number that a word stands for. */
  static int resolve(String word, RegistryState state, Supplier<List<ModelVersion>> versions) {
    if (NUMBER.matcher(word).matches()) {
      int number = Integer.parseInt(word);
      if (state.retired().contains(number)) {
        throw new ConflictException(
            "Version " + number + " was given up; 'registry list' shows the versions there are");
      }
      return number;
    }
    if (word.equals(CHAMPION)) {
      return state
          .champion()
          .orElseThrow(
              () -> new ConflictException("There is no champion yet; promote a version first"));
    }
    if (word.equals(LATEST)) {
      List<ModelVersion> all = versions.get();
      if (all.isEmpty()) {
        throw new ConflictException("The registry has no version yet; 'registry add' makes one");
      }
      return all.get(all.size() - 1).number();
    }
    Integer number = state.aliases().get(word);
    if (number == null) {
      throw new ConflictException(
          "'"
              + word
              + "' is no version: expected a number, champion, latest or one of the aliases "
              + state.aliases().keySet());
    }
    return number;
  }

  /** Refuses a name that could be taken for something else. */
  static void requireFreeName(String name) {
    if (!NAME.matcher(name).matches() || Set.of(CHAMPION, LATEST, "none").contains(name)) {
      throw new SettingsException(
          "'"
              + name
              + "' cannot be an alias: expected a small letter, then up to 63 small letters,"
              + " digits, dots, dashes or underscores, and neither champion, latest nor none");
    }
  }
}
