package org.meanfield.jobs.retrain;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.meanfield.config.Settings;
import org.meanfield.registry.HistoryEntry;
import org.meanfield.registry.RegistryState;

/** How long ago the champion came and the last run ended, and what follows from it. */
final class Elapsed {
  private static final double SECONDS_A_DAY = 86_400;

  private final Settings settings;
  private final Optional<Instant> crowned;
  private final Optional<Instant> lastEnd;
  private final Instant now;

  /** From the registry's state and the finished runs, the oldest first. */
  Elapsed(
      Settings settings,
      RegistryState state,
      List<RetrainFolder.FinishedRun> finished,
      Instant now) {
    this.settings = settings;
    this.crowned = state.crowning().map(HistoryEntry::at).map(Instant::parse);
    this.lastEnd =
        finished.isEmpty()
            ? Optional.empty()
            : Optional.of(Instant.parse(finished.get(finished.size() - 1).outcome().finished()));
    this.now = now;
  }

  /** Days that the champion has served; empty where there is none. */
  Optional<Double> championDays() {
    return crowned.map(this::days);
  }

  /**
   * Whether its age asks for a run without new images: once in the time that the trigger names,
   * whatever became of the last one. False where it is no trigger.
   */
  boolean championIsOld() {
    return settings
        .get(TriggerSettings.CHAMPION_AGE)
        .filter(least -> championDays().filter(age -> age >= least).isPresent())
        .filter(least -> lastEnd.map(this::days).filter(age -> age >= least).isPresent())
        .isPresent();
  }

  /** The champion's age as the end of a sentence; empty where it is no trigger. */
  String whyTheChampionStays() {
    return settings
        .get(TriggerSettings.CHAMPION_AGE)
        .flatMap(least -> championDays().map(age -> text(age, least)))
        .orElse("");
  }

  /** Why it is too soon for another run; empty where it is not. */
  Optional<String> coolDown() {
    double hours = settings.get(TriggerSettings.COOL_DOWN);
    return lastEnd
        .filter(last -> coolAt(last, hours).isAfter(now))
        .map(
            last ->
                String.format(
                    Locale.ROOT,
                    "cool-down of %s hours until %s, after the run that finished at %s",
                    hours,
                    coolAt(last, hours),
                    last));
  }

  private static Instant coolAt(Instant last, double hours) {
    return last.plusSeconds(Math.round(hours * 3600));
  }

  private double days(Instant since) {
    return Duration.between(since, now).toSeconds() / SECONDS_A_DAY;
  }

  private static String text(double age, double least) {
    return String.format(
        Locale.ROOT,
        ", and the champion has served for %.2f days (trigger.champion-age-days is %s)",
        age,
        least);
  }
}
