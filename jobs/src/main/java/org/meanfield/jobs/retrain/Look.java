package org.meanfield.jobs.retrain;

import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.meanfield.config.Settings;
import org.meanfield.data.Sha256;
import org.meanfield.data.Split;
import org.meanfield.error.ConflictException;
import org.meanfield.error.DataException;
import org.meanfield.jobs.cli.JobContext;
import org.meanfield.jobs.cli.JobResult.Status;
import org.meanfield.jobs.registry.ModelRegistry;

/** Looks for new labelled images, and says whether they are reason enough for a run. */
final class Look {
  private final JobContext context;
  private final RetrainFolder folder;
  private final ModelRegistry registry;
  private final Clock clock;
  private final Deliveries deliveries;

  Look(JobContext context, RetrainFolder folder, ModelRegistry registry, Clock clock) {
    this.context = context;
    this.folder = folder;
    this.registry = registry;
    this.clock = clock;
    this.deliveries = new Deliveries(context, folder);
  }

  /**
   * Looks.
   *
   * @throws DataException where there is no test split to judge by
   * @throws ConflictException where the frozen test split would change
   */
  Sighting look() {
    Settings settings = context.settings();
    List<RetrainFolder.FinishedRun> finished = folder.finished();
    Set<String> used = new LinkedHashSet<>();
    finished.forEach(run -> used.addAll(run.plan().fresh()));
    List<String> fresh = new ArrayList<>(deliveries.arrived());
    fresh.removeAll(used);
    used.removeAll(settings.get(RetrainSettings.EXCLUDE));
    Elapsed elapsed = new Elapsed(settings, registry.state(), finished, clock.instant());
    if (fresh.isEmpty() && !runsOnKnownImages(finished, elapsed)) {
      return Sighting.nothing(
          Status.NO_NEW_DATA,
          "no delivery in "
              + settings.get(RetrainSettings.INPUT)
              + " that was not used before ("
              + used.size()
              + " were)"
              + elapsed.whyTheChampionStays(),
          Map.of("deliveriesUsed", used.size()));
    }
    fresh.forEach(deliveries::check);
    RunPlan draft = draft(finished, List.copyOf(used), fresh);
    Parts parts = parts(context, folder, draft);
    requireTest(parts);
    NewImages images = NewImages.of(context.spark(), parts);
    return decide(draft, finished, elapsed, images, parts);
  }

  /** Without a delivery: the first run on a base, and later ones by a person's word or by age. */
  private boolean runsOnKnownImages(List<RetrainFolder.FinishedRun> finished, Elapsed elapsed) {
    Settings settings = context.settings();
    return finished.isEmpty()
        ? settings.get(RetrainSettings.BASE).isPresent()
        : settings.get(RetrainSettings.FORCE) || elapsed.championIsOld();
  }

  /** The data sets that a plan names. */
  static Parts parts(JobContext context, RetrainFolder folder, RunPlan plan) {
    Deliveries deliveries = new Deliveries(context, folder);
    List<Part> known = new ArrayList<>();
    if (plan.base() != null) {
      known.add(Deliveries.base(context, plan.base()));
    }
    plan.known().forEach(name -> known.add(deliveries.checked(name)));
    List<Part> fresh = plan.fresh().stream().map(deliveries::checked).toList();
    return new Parts(known, fresh, plan.testOwners());
  }

  private RunPlan draft(
      List<RetrainFolder.FinishedRun> finished, List<String> known, List<String> fresh) {
    Settings settings = context.settings();
    String base = settings.get(RetrainSettings.BASE).map(context.storage()::qualify).orElse(null);
    List<String> owners = base == null ? fresh : List.of(Part.BASE);
    if (!finished.isEmpty()) {
      RunPlan first = finished.get(0).plan();
      owners = first.testOwners();
      List<String> kept = new ArrayList<>(known);
      kept.add(Part.BASE);
      if (!Objects.equals(first.base(), base) || !kept.containsAll(owners)) {
        throw new ConflictException(
            "The frozen test split of "
                + settings.get(RetrainSettings.OUTPUT)
                + " is that of "
                + (first.base() == null ? "the deliveries " + owners : first.base())
                + ", which the settings (retrain.base, retrain.exclude) take away. Put it back, or"
                + " begin another line with another retrain.output");
      }
    }
    Integer champion =
        settings.get(RetrainSettings.START) == RetrainSettings.StartKind.CHAMPION
            ? registry.state().champion().orElse(null)
            : null;
    return new RunPlan(
        RunPlan.FORMAT_VERSION,
        "draft",
        clock.instant().truncatedTo(ChronoUnit.MILLIS).toString(),
        settingsDigest(settings),
        base,
        known,
        fresh,
        owners,
        champion,
        "",
        null);
  }

  private static void requireTest(Parts parts) {
    long tests =
        parts.all().stream()
            .filter(parts::ownsTest)
            .mapToLong(part -> part.manifest().examples(Split.TEST))
            .sum();
    if (tests == 0) {
      throw new DataException(
          "There is no test split to judge challengers by: neither retrain.base nor the first"
              + " deliveries "
              + parts.testOwners()
              + " have one. Give the first delivery a folder 'test', or leave ingest.splits a share"
              + " for it");
    }
  }

  private Sighting decide(
      RunPlan draft,
      List<RetrainFolder.FinishedRun> finished,
      Elapsed elapsed,
      NewImages images,
      Parts parts) {
    Settings settings = context.settings();
    Map<String, Object> figures = new LinkedHashMap<>(images.figures());
    figures.put("deliveries", draft.fresh());
    List<String> lines = new ArrayList<>();
    String why;
    if (finished.isEmpty()) {
      why =
          String.format(
              Locale.ROOT,
              "first run: %,d images delivered, %,d known",
              images.count(),
              images.knownCount());
    } else {
      Triggers triggers =
          Triggers.of(
              settings,
              images,
              elapsed.championDays(),
              () ->
                  new NewestAccuracy(context, folder, registry)
                      .fall(parts, name(draft, parts, finished)));
      figures.put("triggers", triggers.findings());
      lines.addAll(lines(triggers));
      Optional<String> rest = elapsed.coolDown();
      if (!settings.get(RetrainSettings.FORCE) && (!triggers.fire() || rest.isPresent())) {
        String message = "not due: " + rest.orElseGet(triggers::line);
        return new Sighting(Optional.empty(), Status.NOT_DUE, message, lines, figures);
      }
      why = triggers.fire() ? triggers.line() : "--force: " + triggers.line();
    }
    lines.addAll(validation(images));
    String runId = RetrainSettings.runId(settings).orElseGet(() -> name(draft, parts, finished));
    return new Sighting(
        Optional.of(draft.due(runId, why, images)),
        Status.DONE,
        "would run as " + runId + " because " + why,
        lines,
        figures);
  }

  private static List<String> lines(Triggers triggers) {
    return triggers.findings().stream().map(finding -> "  " + finding.line()).toList();
  }

  private List<String> validation(NewImages images) {
    return Validation.of(images, context.settings()).stream()
        .map(finding -> "  " + finding.line())
        .toList();
  }

  /**
   * A name that follows from data and settings: the same ones are the same run. A run on images
   * that are all known is another one after each run that ended.
   */
  private String name(RunPlan plan, Parts parts, List<RetrainFolder.FinishedRun> finished) {
    StringBuilder content = new StringBuilder(settingsDigest(context.settings())).append('\n');
    parts
        .all()
        .forEach(
            part ->
                content
                    .append(part.name())
                    .append(' ')
                    .append(part.manifest().digest())
                    .append('\n'));
    plan.fresh().forEach(name -> content.append("new ").append(name).append('\n'));
    if (plan.fresh().isEmpty() && !finished.isEmpty()) {
      content.append("after ").append(finished.get(finished.size() - 1).plan().runId());
    }
    return "content-"
        + Sha256.hex(content.toString().getBytes(StandardCharsets.UTF_8)).substring(0, 12);
  }

  /** Of every setting that decides what comes of a run. */
  static String settingsDigest(Settings settings) {
    StringBuilder lines = new StringBuilder();
    new TreeMap<>(settings.asText())
        .forEach(
            (key, value) -> {
              if (RetrainSettings.decides(key)) {
                lines.append(key).append('=').append(value).append('\n');
              }
            });
    return Sha256.hex(lines.toString().getBytes(StandardCharsets.UTF_8));
  }
}
