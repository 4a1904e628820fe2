package org.meanfield.registry;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import org.meanfield.error.CorruptArtifactException;

/**
 * What the history adds up to: who serves, which names mean what, which versions are given up. A
 * pure function of the entries, so that every reader comes to the same.
 *
 * @param generation number of entries
 * @param champions the champion last, before it those that a rollback can return to
 * @param crowning the entry that made the champion; empty where there is none
 * @param aliases name to version
 * @param retired versions given up
 * @param lastSha256 digest of the newest entry; empty for an empty history
 */
public record RegistryState(
    int generation,
    List<Integer> champions,
    Optional<HistoryEntry> crowning,
    SortedMap<String, Integer> aliases,
    SortedSet<Integer> retired,
    String lastSha256) {
  /** The file that shows it. */
  public static final String FILE = "champion.json";

  /** Of a registry in which nothing happened. */
  public static final RegistryState EMPTY =
      new RegistryState(0, List.of(), Optional.empty(), new TreeMap<>(), new TreeSet<>(), "");

  /** Copies the collections. */
  public RegistryState {
    champions = List.copyOf(champions);
    aliases = Collections.unmodifiableSortedMap(new TreeMap<>(aliases));
    retired = Collections.unmodifiableSortedSet(new TreeSet<>(retired));
  }

  /** The version that serves. */
  public Optional<Integer> champion() {
    return champions.isEmpty()
        ? Optional.empty()
        : Optional.of(champions.get(champions.size() - 1));
  }

  /** The version that a rollback returns to. */
  public Optional<Integer> previousChampion() {
    return champions.size() < 2
        ? Optional.empty()
        : Optional.of(champions.get(champions.size() - 2));
  }

  /**
   * With one more entry.
   *
   * @param artefact where the entry lies, for messages
   * @throws CorruptArtifactException where it does not follow on what is there
   */
  public RegistryState after(String artefact, Sealed<HistoryEntry> next) {
    HistoryEntry entry = next.value();
    requireToFollow(artefact, entry);
    List<Integer> chain = new ArrayList<>(champions);
    SortedMap<String, Integer> names = new TreeMap<>(aliases);
    SortedSet<Integer> gone = new TreeSet<>(retired);
    Optional<HistoryEntry> crown = crowning;
    switch (entry.kind()) {
      case PROMOTE -> {
        chain.remove(entry.to()); // a champion of old that serves again is not returned to twice
        chain.add(entry.to());
        crown = Optional.of(entry);
      }
      case ROLLBACK -> {
        if (!chain.contains(entry.to())) {
          throw new CorruptArtifactException(
              artefact
                  + " goes back to version "
                  + entry.to()
                  + ", which is none of the earlier champions "
                  + chain
                  + "; restore the history");
        }
        chain.subList(chain.indexOf(entry.to()) + 1, chain.size()).clear();
        crown = Optional.of(entry);
      }
      case ALIAS -> {
        names.remove(entry.alias());
        if (entry.to() != null) {
          names.put(entry.alias(), entry.to());
        }
      }
      case GC -> {
        gone.addAll(entry.retired());
        chain.removeAll(entry.retired());
      }
      case REFUSE -> {
        // Nothing moves; that it was refused is what the entry keeps.
      }
    }
    return new RegistryState(entry.generation(), chain, crown, names, gone, next.sha256());
  }

  private void requireToFollow(String artefact, HistoryEntry entry) {
    if (entry.generation() != generation + 1 || !entry.previousSha256().equals(lastSha256)) {
      throw new CorruptArtifactException(
          artefact
              + " does not follow on the entry before it: expected generation "
              + (generation + 1)
              + " after "
              + (lastSha256.isEmpty() ? "nothing" : lastSha256)
              + ", found generation "
              + entry.generation()
              + " after "
              + (entry.previousSha256().isEmpty() ? "nothing" : entry.previousSha256())
              + "; restore the history");
    }
  }

  /** The content of {@link #FILE}, for servers and people that follow the champion. */
  public String toJson() {
    Map<String, Object> shown = new LinkedHashMap<>();
    shown.put("formatVersion", 1);
    shown.put("generation", generation);
    shown.put("version", champion().orElse(null));
    shown.put("folder", champion().map(number -> "versions/" + number).orElse(null));
    shown.put("modelId", crowning.map(HistoryEntry::modelId).orElse(null));
    shown.put("since", crowning.map(HistoryEntry::at).orElse(null));
    shown.put("by", crowning.map(HistoryEntry::by).orElse(null));
    shown.put("aliases", aliases);
    try {
      return new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT).writeValueAsString(shown)
          + "\n";
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("A registry's state always has a JSON form", e);
    }
  }
}
