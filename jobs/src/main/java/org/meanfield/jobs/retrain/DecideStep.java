package org.meanfield.jobs.retrain;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.meanfield.jobs.registry.Judgement;
import org.meanfield.jobs.registry.PromotionSettings;
import org.meanfield.jobs.registry.RegistrySettings;
import org.meanfield.registry.Overruling;
import org.meanfield.registry.PromotionDecision;

/** Asks the gate, with challenger and champion judged on the same test split. */
final class DecideStep implements Step {
  static final String NAME = "decide";

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public Map<String, Object> run(Retraining retraining) {
    Judgement judgement = judge(retraining);
    List<String> lines = judgement.decision().lines();
    retraining.say("the gate says: " + lines.get(0));
    lines.subList(1, lines.size()).forEach(retraining::say);
    return figures(judgement);
  }

  /** What is committed of it. */
  static Map<String, Object> figures(Judgement judgement) {
    Map<String, Object> figures = new LinkedHashMap<>();
    figures.put("championBefore", judgement.champion().orElse(null));
    figures.putAll(judgement.decision().figures());
    return figures;
  }

  /**
   * The gate's word, overruled where the settings have a reason. The same inputs, the same word.
   */
  static Judgement judge(Retraining retraining) {
    Judgement judged =
        retraining
            .registry()
            .judge(
                retraining.version(),
                PromotionSettings.policy(retraining.settings()),
                new ChampionEvaluation(retraining)::of);
    String reason = retraining.settings().get(RetrainSettings.OVERRIDE);
    if (reason.isBlank()) {
      return judged;
    }
    PromotionDecision overruled =
        judged
            .decision()
            .overruledBy(new Overruling(RegistrySettings.by(retraining.settings()), reason));
    return new Judgement(judged.number(), judged.champion(), overruled);
  }
}
