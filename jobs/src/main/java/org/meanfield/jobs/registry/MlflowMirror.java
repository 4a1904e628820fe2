package org.meanfield.jobs.registry;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.meanfield.data.Sha256;
import org.meanfield.error.CorruptArtifactException;
import org.meanfield.jobs.cli.JobContext;
import org.meanfield.jobs.storage.JsonFile;
import org.meanfield.jobs.tracking.ModelCatalogue;
import org.meanfield.jobs.tracking.ModelPublication;
import org.meanfield.jobs.tracking.TrackingSettings;
import org.meanfield.registry.HistoryEntry;
import org.meanfield.registry.RegistryState;

/**
 * MLflow's view of a registry, where the settings name a server: verdicts, versions, champion and
 * aliases. The registry keeps how far each server was told; what it missed while it was away it is
 * told by the next command that changes the registry, or the next retrain.
 */
public final class MlflowMirror {
  /** Below the registry's folder: a file for each registered model that it is told to. */
  static final String FOLDER = "mlflow";

  private static final String CHAMPION = "champion";

  private final JobContext context;
  private final ModelRegistry registry;

  /** Of a registry; asks nobody yet. */
  public MlflowMirror(JobContext context, ModelRegistry registry) {
    this.context = context;
    this.registry = registry;
  }

  /**
   * How far a server was told.
   *
   * @param server its address
   * @param experiment of the runs
   * @param model MLflow's registered model
   * @param generation entries of the history that it knows
   */
  record Told(String server, String experiment, String model, int generation) {}

  /**
   * Tells what the server does not know. A server that is away costs a warning and the time limit
   * of a call, and fails nothing.
   *
   * @return MLflow's number of each version that it was told of, by ours
   */
  public Map<Integer, String> catchUp() {
    Optional<TrackingSettings> settings = TrackingSettings.from(context.settings());
    Map<Integer, String> numbers = new TreeMap<>();
    settings.ifPresent(given -> catchUp(given, numbers));
    return numbers;
  }

  /** Looks again after it told: of two tellers the slower one must not leave an older champion. */
  private void catchUp(TrackingSettings given, Map<Integer, String> numbers) {
    String model = context.settings().get(TrackingSettings.REGISTERED_MODEL);
    JsonFile<Told> file = file(given, model);
    HistoryLog.Read read = registry.read();
    int told = told(file, read.state().generation());
    while (read.state().generation() > told) {
      HistoryLog.Read now = read;
      int before = told;
      if (!ModelCatalogue.tell(
          context, given, model, catalogue -> tell(catalogue, now, before, numbers))) {
        return;
      }
      told = read.state().generation();
      file.write(new Told(given.uri(), given.experiment(), model, told));
      read = registry.read();
    }
  }

  private void tell(
      ModelCatalogue catalogue, HistoryLog.Read read, int told, Map<Integer, String> numbers) {
    RegistryState state = read.state();
    Set<String> moved = new TreeSet<>();
    Set<Integer> versions = new TreeSet<>();
    Set<Integer> served = new TreeSet<>();
    for (HistoryEntry entry : read.values().subList(told, state.generation())) {
      Optional<Integer> to = Optional.ofNullable(entry.to());
      to.ifPresent(versions::add);
      switch (entry.kind()) {
        case PROMOTE, ROLLBACK -> {
          moved.add(CHAMPION);
          to.ifPresent(served::add);
        }
        case ALIAS -> {
          moved.add(entry.alias());
          to.ifPresent(served::add);
        }
        case REFUSE, GC -> {
          // No name moves.
        }
      }
    }
    versions.removeAll(state.retired());
    for (int number : versions) {
      MlflowVersion version = new MlflowVersion(context.storage(), registry, number);
      ModelPublication publication = version.publication(read.values());
      catalogue.publish(publication);
      if (served.contains(number)) {
        version(catalogue, version, publication).ifPresent(its -> numbers.put(number, its));
      }
    }
    moved.forEach(name -> point(catalogue, name, state, numbers));
  }

  private Optional<String> version(
      ModelCatalogue catalogue, MlflowVersion version, ModelPublication publication) {
    if (!version.hasModel()) {
      context
          .console()
          .line(
              "MLflow gets no model of version "
                  + version.number()
                  + ", because its export has no ONNX form (export.to)");
      return Optional.empty();
    }
    String its = catalogue.version(publication, version.modelFolder(), version::model);
    context.console().line("MLflow has version " + version.number() + " as its version " + its);
    return Optional.of(its);
  }

  /** A name that means nothing any more, or a version without a model, is dropped. */
  private void point(
      ModelCatalogue catalogue, String name, RegistryState state, Map<Integer, String> numbers) {
    Optional<Integer> version =
        name.equals(CHAMPION) ? state.champion() : Optional.ofNullable(state.aliases().get(name));
    Optional<String> its = version.map(numbers::get);
    if (!ModelCatalogue.takesAlias(name)) {
      context.console().line("MLflow allows no alias of the name " + name);
    } else if (its.isPresent()) {
      catalogue.point(name, its.get());
    } else {
      catalogue.drop(name);
    }
  }

  /** A note of more than there is comes from another history, as of before a restored backup. */
  private int told(JsonFile<Told> file, int generation) {
    try {
      return file.read().map(Told::generation).filter(told -> told <= generation).orElse(0);
    } catch (CorruptArtifactException e) {
      context.console().line("MLflow is told everything again: " + e.getMessage());
      return 0;
    }
  }

  private JsonFile<Told> file(TrackingSettings given, String model) {
    String key = String.join("\n", List.of(given.uri(), given.experiment(), model));
    String name = Sha256.hex(key.getBytes(StandardCharsets.UTF_8)).substring(0, 16) + ".json";
    return new JsonFile<>(context.storage(), registry.path(FOLDER + "/" + name), Told.class);
  }
}
