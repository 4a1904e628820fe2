package org.meanfield.jobs.registry;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import org.meanfield.error.ConflictException;
import org.meanfield.error.CorruptArtifactException;
import org.meanfield.jobs.storage.Storage;
import org.meanfield.registry.HistoryEntry;
import org.meanfield.registry.RegistryState;
import org.meanfield.registry.Sealed;

/**
 * The one truth of a registry: a file for each entry, which only one writer can make. {@code
 * champion.json} and {@code history.jsonl} show it to others and are written after it; where a
 * process was killed in between, the next change brings them up to date.
 */
final class HistoryLog {
  /** Every entry so far, a line each. */
  static final String VIEW = "history.jsonl";

  static final String FOLDER = "history";
  private static final Pattern ENTRY = Pattern.compile("\\d{8}\\.json");

  private final Storage storage;
  private final String root;

  HistoryLog(Storage storage, String root) {
    this.storage = storage;
    this.root = root;
  }

  /** A history that was read, entry by entry. */
  record Read(List<Sealed<HistoryEntry>> entries, RegistryState state) {
    Read {
      entries = List.copyOf(entries);
    }

    List<HistoryEntry> values() {
      return entries.stream().map(Sealed::value).toList();
    }

    String lines() {
      StringBuilder lines = new StringBuilder();
      entries.forEach(entry -> lines.append(entry.text()));
      return lines.toString();
    }
  }

  /**
   * Reads all entries.
   *
   * @throws CorruptArtifactException naming the first that is damaged, missing or out of order
   */
  Read read() {
    List<Sealed<HistoryEntry>> entries = new ArrayList<>();
    RegistryState state = RegistryState.EMPTY;
    for (String name : storage.list(root + "/" + FOLDER)) {
      if (ENTRY.matcher(name).matches()) {
        String path = root + "/" + FOLDER + "/" + name;
        Sealed<HistoryEntry> entry = HistoryEntry.read(path, storage.readText(path));
        state = state.after(path, entry);
        entries.add(entry);
      }
    }
    return new Read(entries, state);
  }

  /**
   * Makes an entry the next one, if no other writer was first.
   *
   * @return true where it is the next one now
   */
  boolean append(HistoryEntry entry) {
    byte[] line = entry.seal().text().getBytes(StandardCharsets.UTF_8);
    return storage.createNew(path(entry.generation()), line);
  }

  /**
   * Brings the two shown files up to date. Written from what is newest, and again where something
   * newer came meanwhile: of two writers the slower one must not leave an older view behind.
   */
  void show() {
    Read shown = read();
    while (shown.state().generation() > 0) {
      write(root + "/" + VIEW, shown.lines());
      write(root + "/" + RegistryState.FILE, shown.state().toJson());
      Read now = read();
      if (now.state().generation() == shown.state().generation()) {
        return;
      }
      shown = now;
    }
  }

  /** What is wrong with the two shown files; damage, not lateness. */
  List<String> wrongViews(Read truth) {
    List<String> wrong = new ArrayList<>();
    String view = root + "/" + VIEW;
    if (storage.exists(view) && !isBeginning(truth.lines(), storage.readText(view))) {
      wrong.add(view + " is not what " + root + "/" + FOLDER + " says; any change writes it again");
    }
    String champion = root + "/" + RegistryState.FILE;
    if (storage.exists(champion)) {
      String shown = storage.readText(champion);
      RegistryState state = RegistryState.EMPTY;
      boolean known = false;
      for (Sealed<HistoryEntry> entry : truth.entries()) {
        state = state.after(path(entry.value().generation()), entry);
        known |= state.toJson().equals(shown);
      }
      if (!known) {
        wrong.add(
            champion + " shows nothing that ever was; any change of the registry writes it again");
      }
    }
    return wrong;
  }

  private static boolean isBeginning(String lines, String shown) {
    return lines.startsWith(shown) && shown.endsWith("\n");
  }

  /** Refuses a change that was decided before another one made it void. */
  static ConflictException lost(String what, HistoryEntry winner) {
    return new ConflictException(
        String.format(
            Locale.ROOT,
            "%s was not done: meanwhile %s made version %s the champion (%s, generation %d);"
                + " compare with that one and decide again",
            what,
            winner.by(),
            winner.to(),
            winner.at(),
            winner.generation()));
  }

  private void write(String path, String content) {
    if (!storage.exists(path) || !storage.readText(path).equals(content)) {
      storage.writeText(path, content);
    }
  }

  private String path(int generation) {
    return String.format(Locale.ROOT, "%s/%s/%08d.json", root, FOLDER, generation);
  }
}
