package org.meanfield.jobs.retrain;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.meanfield.error.ConflictException;
import org.meanfield.jobs.registry.Judgement;
import org.meanfield.jobs.registry.ModelRegistry;
import org.meanfield.registry.HistoryEntry;
import org.meanfield.registry.Overruling;
import org.meanfield.registry.PromotionDecision;
import org.meanfield.registry.RegistryState;

/** Does what the gate decided: the challenger serves, or its refusal is recorded. */
final class PromoteStep implements Step {
  static final String NAME = "promote";

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public Map<String, Object> run(Retraining retraining) {
    ModelRegistry registry = retraining.registry();
    Optional<HistoryEntry> before = entry(retraining);
    if (before.isPresent()) {
      // A process was killed after this entry and before its commit.
      registry.refresh();
      return figures(before.get());
    }
    RegistryState state = registry.state();
    if (state.champion().equals(Optional.of(retraining.version()))) {
      retraining.say("version " + retraining.version() + " was promoted by hand meanwhile");
      return figures(state.crowning().orElseThrow());
    }
    try {
      Judgement judgement = DecideStep.judge(retraining);
      Object decided =
          retraining.folder().committed(DecideStep.NAME).orElseThrow().get("championBefore");
      Integer judged = decided == null ? null : ((Number) decided).intValue();
      if (!judgement.champion().equals(Optional.ofNullable(judged))) {
        throw new ConflictException(
            "The champion was "
                + shown(Optional.ofNullable(judged))
                + " when the gate was asked, and is "
                + shown(judgement.champion())
                + " now; run the same command again, and the gate is asked again");
      }
      if (!isAsDecided(judgement.decision(), retraining)) {
        retraining.say("decided anew, with another --override than before");
        retraining.folder().commit(DecideStep.NAME, DecideStep.figures(judgement));
      }
      return figures(registry.commit(judgement, retraining.reason()));
    } catch (ConflictException e) {
      retraining.folder().uncommit(DecideStep.NAME);
      throw e;
    }
  }

  private static boolean isAsDecided(PromotionDecision decision, Retraining retraining) {
    Map<String, Object> decided = retraining.folder().committed(DecideStep.NAME).orElseThrow();
    Object reason =
        decided.get("overruling") instanceof Map<?, ?> overruling ? overruling.get("reason") : null;
    return decision.id().equals(decided.get("decision"))
        && Objects.equals(reason, decision.overruling().map(Overruling::reason).orElse(null));
  }

  private static Optional<HistoryEntry> entry(Retraining retraining) {
    String own = "retrain " + retraining.plan().runId() + ":";
    return retraining.registry().history().stream()
        .filter(
            entry ->
                entry.kind() == HistoryEntry.Kind.PROMOTE
                    || entry.kind() == HistoryEntry.Kind.REFUSE)
        .filter(entry -> entry.to() == retraining.version() && entry.reason().startsWith(own))
        .findFirst();
  }

  private static Map<String, Object> figures(HistoryEntry entry) {
    Map<String, Object> figures = new LinkedHashMap<>();
    figures.put("promoted", entry.kind() != HistoryEntry.Kind.REFUSE);
    figures.put("generation", entry.generation());
    return figures;
  }

  private static String shown(Optional<Integer> champion) {
    return champion.map(number -> "version " + number).orElse("none");
  }
}
