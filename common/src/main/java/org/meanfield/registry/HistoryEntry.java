package org.meanfield.registry;

import com.fasterxml.jackson.annotation.JsonValue;
import java.util.List;
import org.meanfield.error.CorruptArtifactException;

/**
 * One change of a registry, or one decision against a change: a line of {@code history.jsonl}.
 * Entries are numbered without gaps and each names the digest of the one before, so that none can
 * be altered, dropped or slipped in.
 *
 * @param formatVersion of the entry
 * @param generation 1 for the first
 * @param kind what happened
 * @param at UTC, ISO 8601
 * @param by who
 * @param from the champion before; for an alias the version that it meant; null where none
 * @param to the champion after; for an alias the version that it means now; for a refusal the
 *     version that was refused; null where none
 * @param modelId of {@code to}; null where there is none
 * @param alias the alias that moved; null for everything else
 * @param reason why, in words
 * @param decision of the gate: {@code promote}, {@code keep-champion}, {@code refuse}; null where
 *     the gate was not asked
 * @param overruling who overruled the gate and why; null where nobody did
 * @param findings every number that decided
 * @param retired versions whose files may be deleted from now on
 * @param previousSha256 digest of the entry before; empty for the first
 */
public record HistoryEntry(
    int formatVersion,
    int generation,
    Kind kind,
    String at,
    String by,
    Integer from,
    Integer to,
    String modelId,
    String alias,
    String reason,
    String decision,
    Overruling overruling,
    List<Finding> findings,
    List<Integer> retired,
    String previousSha256) {
  /** What {@link #formatVersion} must be. */
  public static final int FORMAT_VERSION = 1;

  /** What an entry is about. */
  public enum Kind {
    /** A challenger became the champion. */
    PROMOTE("promote"),
    /** The gate kept a challenger out. */
    REFUSE("refuse"),
    /** An earlier champion serves again. */
    ROLLBACK("rollback"),
    /** A name moved to another version, or was dropped. */
    ALIAS("alias"),
    /** Versions were given up. */
    GC("gc");

    private final String id;

    Kind(String id) {
      this.id = id;
    }

    /** The word in files. */
    @JsonValue
    public String id() {
      return id;
    }
  }

  /** Copies the lists. */
  public HistoryEntry {
    findings = List.copyOf(findings);
    retired = List.copyOf(retired);
  }

  /** The entry as one line with its own digest. */
  public Sealed<HistoryEntry> seal() {
    return Sealed.of(this, Sealed.Layout.LINE);
  }

  /**
   * Reads an entry back.
   *
   * @param artefact where it lies, for messages
   * @throws CorruptArtifactException where a byte of it changed or it is of another version
   */
  public static Sealed<HistoryEntry> read(String artefact, String line) {
    Sealed<HistoryEntry> sealed = Sealed.read(artefact, line, HistoryEntry.class);
    if (sealed.value().formatVersion() != FORMAT_VERSION) {
      throw new CorruptArtifactException(
          artefact
              + " has format version "
              + sealed.value().formatVersion()
              + ", this program reads "
              + FORMAT_VERSION
              + "; use the version of Meanfield that wrote it");
    }
    return sealed;
  }

  /** One line for a person. */
  public String line() {
    StringBuilder line = new StringBuilder();
    line.append(generation).append("  ").append(at).append("  ").append(kind.id()).append("  ");
    switch (kind) {
      case ALIAS -> line.append(alias).append(": ").append(shown(from)).append(" -> ");
      case REFUSE -> line.append("champion stays ").append(shown(from)).append(", refused ");
      case GC -> line.append("versions ").append(retired);
      case PROMOTE, ROLLBACK -> line.append(shown(from)).append(" -> ");
    }
    if (kind != Kind.GC) {
      line.append(shown(to));
    }
    line.append("  by ").append(by);
    if (!reason.isBlank()) {
      line.append(": ").append(reason);
    }
    if (overruling != null) {
      line.append(" (the gate was overruled: ").append(overruling.reason()).append(')');
    }
    return line.toString();
  }

  private static String shown(Integer version) {
    return version == null ? "none" : version.toString();
  }
}
