package org.meanfield.jobs.registry;

import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.function.IntFunction;
import org.meanfield.error.ConflictException;
import org.meanfield.error.CorruptArtifactException;
import org.meanfield.evaluate.EvaluationReport;
import org.meanfield.jobs.storage.Storage;
import org.meanfield.registry.Contender;
import org.meanfield.registry.HistoryEntry;
import org.meanfield.registry.ModelVersion;
import org.meanfield.registry.Predictions;
import org.meanfield.registry.PromotionPolicy;
import org.meanfield.registry.RegistryState;

/**
 * Registered models on any Hadoop file system, without a server. Versions never change; what serves
 * changes only by the next entry of the history, which one of several writers can make. A process
 * may be killed anywhere: what it did not finish never counts, and the next command goes on.
 */
public final class ModelRegistry {
  private final Storage storage;
  private final String root;
  private final VersionFiles files;
  private final HistoryLog history;
  private final ServingFolders serving;
  private final Changes changes;
  private final String by;
  private final Clock clock;

  /**
   * In a folder, which need not exist yet.
   *
   * @param by who is acting, for claims and history
   * @param clock for what is recorded; decides nothing but the age of abandoned claims
   */
  public ModelRegistry(Storage storage, String root, String by, Clock clock) {
    this.storage = storage;
    this.root = root;
    this.files = new VersionFiles(storage, root);
    this.history = new HistoryLog(storage, root);
    this.serving = new ServingFolders(storage, root, files, history, clock);
    this.changes = new Changes(history, by, clock);
    this.by = by;
    this.clock = clock;
  }

  /**
   * Refuses a folder in which no registry was begun: of a mistyped one all would seem to be well.
   *
   * @throws ConflictException naming the folder
   */
  void requireThere() {
    if (!storage.isFolder(path("versions")) && !storage.exists(path(RegistryState.FILE))) {
      throw new ConflictException(
          "There is no registry at "
              + root
              + " (no versions/ is in it); give the registry's folder, or begin one with 'registry"
              + " add'");
    }
  }

  /** Who serves, which names mean what, which versions are given up. */
  public RegistryState state() {
    return history.read().state();
  }

  /** All entries, the oldest first. */
  public List<HistoryEntry> history() {
    return history.read().values();
  }

  /** The history with what it adds up to. */
  HistoryLog.Read read() {
    return history.read();
  }

  /** A place in the registry's folder. */
  String path(String inside) {
    return root + "/" + inside;
  }

  /** Finished versions that are not given up, by number. */
  public List<ModelVersion> versions() {
    SortedSet<Integer> retired = state().retired();
    return files.claimed().stream()
        .filter(number -> !retired.contains(number) && files.isFinished(number))
        .map(files::read)
        .toList();
  }

  /**
   * The version that a person means.
   *
   * @param reference a number, {@code champion}, {@code latest} or an alias
   * @throws ConflictException where there is none
   */
  public ModelVersion version(String reference) {
    return files.read(number(reference));
  }

  /** The number of the version that a person means, whether it is whole or not. */
  int number(String reference) {
    return VersionReference.resolve(reference, state(), this::versions);
  }

  /** The folder of a version: {@code model/}, {@code export/}, {@code evaluation/} are in it. */
  public String folder(int number) {
    return files.folder(number);
  }

  /**
   * Makes a version of a finished run. Where the same files are a version already, that one is
   * returned; a call that was killed left nothing that counts.
   */
  public Registered register(Registration registration) {
    RunFiles source = new RunFiles(storage, registration);
    registration.parent().ifPresent(files::read);
    for (ModelVersion version : versions()) {
      if (source.isRegisteredAs(version)) {
        return new Registered(version, Registered.Origin.KNOWN);
      }
    }
    Instant now = now();
    VersionFiles.Claim claim = files.claim(state().retired(), by, now);
    ModelVersion version = source.version(claim, by, now.toString());
    files.write(version, source.files());
    return new Registered(version, Registered.Origin.NEW);
  }

  /** What is known about a version, for the gate. */
  public Contender contender(int number) {
    ModelVersion version = files.read(number);
    String folder = files.folder(number) + "/evaluation/";
    return new Contender(
        "version " + number,
        text(version, folder, EvaluationReport.FILE, EvaluationReport::fromJson),
        text(version, folder, Predictions.FILE, Predictions::fromCsv),
        Optional.ofNullable(version.export()));
  }

  /**
   * Asks the gate. Nothing changes.
   *
   * @throws CorruptArtifactException where a file of the version is damaged
   */
  public Judgement judge(int number, PromotionPolicy policy) {
    return judge(number, policy, this::contender);
  }

  /**
   * As {@link #judge(int, PromotionPolicy)}, where the champion was evaluated again: on the split
   * that the challenger was judged on.
   *
   * @param champions what is known about the version that is the champion
   */
  public Judgement judge(int number, PromotionPolicy policy, IntFunction<Contender> champions) {
    files.requireWhole(number);
    Optional<Integer> champion = state().champion();
    return new Judgement(
        number, champion, policy.decide(contender(number), champion.map(champions::apply)));
  }

  /**
   * Does what the gate decided: the version becomes the champion, or its refusal is recorded.
   *
   * @param reason in words, for the history
   * @throws ConflictException where another version became the champion since, naming it, or the
   *     version is the champion already
   */
  public HistoryEntry commit(Judgement judgement, String reason) {
    ModelVersion version = files.read(judgement.number());
    files.requireWhole(judgement.number());
    HistoryEntry entry = changes.commit(judgement, version, reason);
    history.show();
    return entry;
  }

  /**
   * Makes an earlier champion serve again.
   *
   * @param to one of the earlier champions; empty for the one before
   * @throws ConflictException where there is no such champion, or another change was first
   */
  public HistoryEntry rollback(Optional<Integer> to, String reason) {
    RegistryState state = state();
    int target = to.or(state::previousChampion).orElseThrow(Changes::nothingBefore);
    files.requireWhole(target);
    HistoryEntry entry = changes.rollback(state.champion(), files.read(target), reason);
    history.show();
    return entry;
  }

  /**
   * Gives a version a name, or takes the name away.
   *
   * @param version empty to drop the name
   * @return empty where the name means that already
   */
  public Optional<HistoryEntry> alias(String name, Optional<Integer> version, String reason) {
    VersionReference.requireFreeName(name);
    Optional<HistoryEntry> entry = changes.alias(name, version.map(files::read), reason);
    history.show();
    return entry;
  }

  /**
   * Gives up old versions and deletes their files. The champion, the champion before, and every
   * version with an alias stay, whatever their age; so do claims younger than a day.
   *
   * @param keep how many of the newest stay, those that lost their manifests among them
   * @return what was deleted
   */
  public List<Integer> collectGarbage(int keep, String reason) {
    Set<Integer> lost = lost(history.read());
    Set<Integer> numbers = new TreeSet<>(lost);
    versions().forEach(version -> numbers.add(version.number()));
    List<Integer> newest = List.copyOf(numbers);
    List<Integer> candidates =
        new ArrayList<>(newest.subList(0, Math.max(0, newest.size() - keep)));
    files.abandoned(now()).stream()
        .filter(number -> !lost.contains(number))
        .forEach(candidates::add);
    changes.retire(candidates, reason);
    history.show();
    // Also what an earlier call gave up and was killed before it deleted it.
    List<Integer> doomed = new ArrayList<>(files.claimed());
    doomed.retainAll(state().retired());
    doomed.forEach(files::delete);
    return List.copyOf(doomed);
  }

  /** Writes the shown files again, where a killed process left them behind the history. */
  public void refresh() {
    history.show();
  }

  /**
   * Has a serving folder follow the champion from now on, whoever changes it; see {@link #publish}.
   *
   * @param folder absolute, with scheme
   */
  public void serveIn(String folder) {
    serving.add(folder);
  }

  /**
   * Brings the serving folders up to the champion of now. To be called after each change of it, and
   * again where that failed: the change stands.
   *
   * @return where the champion's export is, in each of them
   */
  public List<String> publish() {
    return serving.publish();
  }

  /**
   * Reads every byte of history and versions.
   *
   * @param only the version to look at; empty for all
   * @return what is damaged, a line each; empty where nothing is
   */
  public List<String> damage(Optional<Integer> only) {
    List<String> damage = new ArrayList<>();
    SortedSet<Integer> retired = new TreeSet<>();
    try {
      HistoryLog.Read read = history.read();
      damage.addAll(history.wrongViews(read));
      retired.addAll(read.state().retired());
      lost(read).stream()
          .filter(number -> only.isEmpty() || only.get().equals(number))
          .forEach(
              number ->
                  damage.add(
                      files.folder(number)
                          + " has lost its "
                          + ModelVersion.FILE
                          + ": the history knows the version; restore its folder"));
    } catch (CorruptArtifactException e) {
      damage.add(e.getMessage());
    }
    if (damage.isEmpty()) {
      only.ifPresent(files::read);
    }
    for (int number : only.map(List::of).orElseGet(() -> List.copyOf(files.claimed()))) {
      if (!retired.contains(number) && files.isFinished(number)) {
        damage.addAll(files.damage(number));
      }
    }
    return List.copyOf(damage);
  }

  /** Versions that the history knows, that were not given up, and that have no manifest. */
  private Set<Integer> lost(HistoryLog.Read read) {
    Set<Integer> lost = new TreeSet<>();
    read.values().stream()
        .map(HistoryEntry::to)
        .filter(number -> number != null && !files.isFinished(number))
        .forEach(lost::add);
    lost.removeAll(read.state().retired());
    return lost;
  }

  /** Numbers whose registration was never finished. */
  public List<Integer> unfinished() {
    HistoryLog.Read read = history.read();
    Set<Integer> others = lost(read);
    others.addAll(read.state().retired());
    return files.claimed().stream()
        .filter(number -> !others.contains(number) && !files.isFinished(number))
        .toList();
  }

  private <T> Optional<T> text(ModelVersion version, String folder, String name, Parser<T> parser) {
    String path = folder + name;
    Function<String, T> parse = text -> parser.parse(path, text);
    return version.files().containsKey("evaluation/" + name)
        ? Optional.of(storage.readText(path)).map(parse)
        : Optional.empty();
  }

  private Instant now() {
    return clock.instant().truncatedTo(ChronoUnit.SECONDS);
  }

  private interface Parser<T> {
    T parse(String artefact, String text);
  }
}
