package org.meanfield.jobs.registry;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.meanfield.config.Setting;
import org.meanfield.config.Settings;
import org.meanfield.error.ConflictException;
import org.meanfield.jobs.cli.Console;
import org.meanfield.jobs.cli.JobResult;
import org.meanfield.registry.HistoryEntry;
import org.meanfield.registry.Overruling;
import org.meanfield.registry.PromotionDecision;

/** {@code registry promote}: a version becomes the champion, if the gate lets it through. */
final class PromoteJob implements RegistryChange {
  @Override
  public String verb() {
    return "promote";
  }

  @Override
  public String summary() {
    return "Make a version the champion, if the gate lets it through";
  }

  @Override
  public List<Option> ownOptions() {
    return List.of(
        new Option("--version", RegistrySettings.VERSION),
        new Option("--expected-champion", RegistrySettings.EXPECTED),
        new Option("--reason", RegistrySettings.REASON),
        new Option("--override", RegistrySettings.OVERRIDE));
  }

  @Override
  public List<Setting<?>> moreSettings() {
    return PromotionSettings.declared();
  }

  @Override
  public JobResult run(ModelRegistry registry, Settings settings, Console console) {
    int number = registry.version(settings.get(RegistrySettings.VERSION)).number();
    if (registry.state().champion().filter(champion -> champion == number).isPresent()) {
      registry.refresh();
      Map<String, Object> figures = figures(number, Optional.of(number));
      figures.put("served", registry.publish());
      return new JobResult(
          JobResult.Status.NOTHING_TO_DO,
          "version " + number + " is the champion already",
          figures);
    }
    Judgement judged = registry.judge(number, PromotionSettings.policy(settings));
    settings
        .get(RegistrySettings.EXPECTED)
        .ifPresent(expected -> requireExpected(expected, judged.champion()));
    PromotionDecision decision =
        RegistrySettings.given(settings, RegistrySettings.OVERRIDE)
            .map(reason -> new Overruling(RegistrySettings.by(settings), reason))
            .map(judged.decision()::overruledBy)
            .orElse(judged.decision());
    decision.lines().forEach(console::line);
    HistoryEntry entry =
        registry.commit(
            new Judgement(number, judged.champion(), decision),
            settings.get(RegistrySettings.REASON));
    Map<String, Object> figures = figures(number, judged.champion());
    figures.put("generation", entry.generation());
    figures.putAll(decision.figures());
    figures.put("served", decision.promotes() ? registry.publish() : List.of());
    return decision.promotes()
        ? new JobResult(
            JobResult.Status.DONE, "version " + number + " is the champion now", figures)
        : new JobResult(JobResult.Status.REFUSED, refusal(number, decision), figures);
  }

  private static Map<String, Object> figures(int number, Optional<Integer> before) {
    Map<String, Object> figures = new LinkedHashMap<>();
    figures.put("version", number);
    figures.put("championBefore", before.orElse(null));
    return figures;
  }

  private static void requireExpected(int expected, Optional<Integer> champion) {
    if (expected != champion.orElse(0)) {
      throw new ConflictException(
          "Expected the champion to be version "
              + expected
              + ", it is "
              + champion.map(String::valueOf).orElse("none")
              + "; look at it and decide again");
    }
  }

  private static String refusal(int number, PromotionDecision decision) {
    List<String> failed =
        decision.obstacles().stream().map(finding -> finding.criterion()).toList();
    return "version "
        + number
        + " stays registered and does not serve ("
        + decision.id()
        + "): "
        + String.join(", ", failed)
        + "; train a better one, or give --override with a reason";
  }
}
