package org.meanfield.jobs.registry;

import java.time.Clock;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.meanfield.error.ConflictException;
import org.meanfield.registry.Finding;
import org.meanfield.registry.HistoryEntry;
import org.meanfield.registry.HistoryEntry.Kind;
import org.meanfield.registry.ModelVersion;
import org.meanfield.registry.Overruling;
import org.meanfield.registry.PromotionDecision;
import org.meanfield.registry.RegistryState;

/**
 * Every way to change a registry: read the state, see that the change still makes sense, try to
 * make the next entry; where another writer made it, start over. So a change is decided by what was
 * really there when it happened.
 */
final class Changes {
  private final HistoryLog history;
  private final String by;
  private final Clock clock;

  Changes(HistoryLog history, String by, Clock clock) {
    this.history = history;
    this.by = by;
    this.clock = clock;
  }

  /** What a change does to a state: an entry, or nothing. */
  private interface Change {
    Optional<Draft> on(RegistryState state);
  }

  /** The parts of an entry that depend on the change. */
  private record Draft(
      Kind kind,
      Integer from,
      Integer to,
      String modelId,
      String alias,
      String reason,
      String decision,
      Overruling overruling,
      List<Finding> findings,
      List<Integer> retired) {}

  HistoryEntry commit(Judgement judgement, ModelVersion version, String reason) {
    PromotionDecision decision = judgement.decision();
    String what = "The promotion of version " + judgement.number();
    return append(
            state -> {
              requireChampion(what, judgement.champion(), state);
              requireKept(judgement.number(), state);
              // It would change nothing, and leave another promoter's decision as good as it was.
              if (judgement.champion().filter(now -> now == judgement.number()).isPresent()) {
                throw new ConflictException(what + " was not done: it is the champion already");
              }
              return Optional.of(
                  new Draft(
                      decision.promotes() ? Kind.PROMOTE : Kind.REFUSE,
                      judgement.champion().orElse(null),
                      judgement.number(),
                      version.modelId(),
                      null,
                      reason,
                      decision.id(),
                      decision.overruling().orElse(null),
                      decision.findings(),
                      List.of()));
            })
        .orElseThrow();
  }

  HistoryEntry rollback(Optional<Integer> from, ModelVersion to, String reason) {
    return append(
            state -> {
              requireChampion("The rollback to version " + to.number(), from, state);
              List<Integer> earlier =
                  state.champions().subList(0, Math.max(0, state.champions().size() - 1));
              if (!earlier.contains(to.number())) {
                throw new ConflictException(
                    "Version "
                        + to.number()
                        + " is none of the earlier champions "
                        + earlier
                        + "; promote it instead");
              }
              return Optional.of(
                  new Draft(
                      Kind.ROLLBACK,
                      from.orElse(null),
                      to.number(),
                      to.modelId(),
                      null,
                      reason,
                      null,
                      null,
                      List.of(),
                      List.of()));
            })
        .orElseThrow();
  }

  Optional<HistoryEntry> alias(String name, Optional<ModelVersion> to, String reason) {
    return append(
        state -> {
          Integer before = state.aliases().get(name);
          Integer after = to.map(ModelVersion::number).orElse(null);
          if (Objects.equals(before, after)) {
            return Optional.empty();
          }
          to.ifPresent(version -> requireKept(version.number(), state));
          return Optional.of(
              new Draft(
                  Kind.ALIAS,
                  before,
                  after,
                  to.map(ModelVersion::modelId).orElse(null),
                  name,
                  reason,
                  null,
                  null,
                  List.of(),
                  List.of()));
        });
  }

  /** Gives up those of the candidates that nothing points to. */
  Optional<HistoryEntry> retire(List<Integer> candidates, String reason) {
    return append(
        state -> {
          List<Integer> retired = new ArrayList<>(candidates);
          retired.removeAll(state.aliases().values());
          retired.removeAll(state.retired());
          state.champion().ifPresent(retired::remove);
          state.previousChampion().ifPresent(retired::remove);
          return retired.isEmpty()
              ? Optional.empty()
              : Optional.of(
                  new Draft(
                      Kind.GC, null, null, null, null, reason, null, null, List.of(), retired));
        });
  }

  static ConflictException nothingBefore() {
    return new ConflictException(
        "There is no earlier champion to go back to; 'registry show' tells the history");
  }

  private Optional<HistoryEntry> append(Change change) {
    while (true) {
      RegistryState state = history.read().state();
      Optional<HistoryEntry> entry = change.on(state).map(draft -> entry(draft, state));
      if (entry.isEmpty() || history.append(entry.get())) {
        return entry;
      }
    }
  }

  private HistoryEntry entry(Draft draft, RegistryState state) {
    return new HistoryEntry(
        HistoryEntry.FORMAT_VERSION,
        state.generation() + 1,
        draft.kind(),
        clock.instant().truncatedTo(ChronoUnit.SECONDS).toString(),
        by,
        draft.from(),
        draft.to(),
        draft.modelId(),
        draft.alias(),
        draft.reason(),
        draft.decision(),
        draft.overruling(),
        draft.findings(),
        draft.retired(),
        state.lastSha256());
  }

  private static void requireChampion(
      String what, Optional<Integer> expected, RegistryState state) {
    if (!state.champion().equals(expected)) {
      throw state
          .crowning()
          .map(winner -> HistoryLog.lost(what, winner))
          .orElseGet(() -> new ConflictException(what + " was not done: there is no champion"));
    }
  }

  private static void requireKept(int number, RegistryState state) {
    if (state.retired().contains(number)) {
      throw new ConflictException(
          "Version " + number + " was given up meanwhile; register the run again");
    }
  }
}
