package org.meanfield.train;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.meanfield.data.Sha256;
import org.meanfield.error.CorruptArtifactException;
import org.meanfield.model.FloatVector;
import org.meanfield.model.ModelState;
import org.meanfield.model.ModelStateCodec;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Checkpoints of a run: a folder each, its manifest written last. The newest valid one, by its own
 * clock, wins; a damaged one is named in a warning and passed over.
 */
public final class CheckpointStore {
  private static final Logger LOG = LoggerFactory.getLogger(CheckpointStore.class);
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String FOLDER = "checkpoints";
  private static final String MANIFEST = "checkpoint.json";
  private static final String STATE = "state.bin";
  private static final String OUTER = "outer.bin";

  private final ArtifactStore artifacts;
  private final int keep;

  /**
   * Checkpoints under {@code checkpoints/} of a run.
   *
   * @param keep how many of the newest stay; the best by validation accuracy stays as well
   */
  public CheckpointStore(ArtifactStore artifacts, int keep) {
    this.artifacts = artifacts;
    this.keep = keep;
  }

  /** Writes a checkpoint, then deletes the ones that need not stay. */
  public void save(Checkpoint checkpoint) {
    String folder = folder(checkpoint.clock().round());
    byte[] state = ModelStateCodec.encode(checkpoint.state());
    artifacts.write(folder + "/" + STATE, state);
    artifacts.write(
        folder + "/" + OUTER,
        ModelStateCodec.encode(new ModelState(checkpoint.velocity(), FloatVector.empty())));
    Manifest manifest =
        Manifest.sealed(
            checkpoint.planDigest(),
            checkpoint.clock(),
            ModelStateCodec.sha256(checkpoint.state()),
            Double.isNaN(checkpoint.validationAccuracy()) ? null : checkpoint.validationAccuracy());
    try {
      artifacts.write(folder + "/" + MANIFEST, JSON.writeValueAsBytes(manifest));
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("A checkpoint's manifest always has a JSON form", e);
    }
    prune();
  }

  /** As {@link #newest(List)} for a run that has had one plan. */
  public Optional<Checkpoint> newest(String planDigest) {
    return newest(List.of(planDigest));
  }

  /**
   * The newest checkpoint that is whole.
   *
   * @param planDigests of the run's plan, and of those that it has had before
   * @throws CorruptArtifactException where it belongs to another plan
   */
  public Optional<Checkpoint> newest(List<String> planDigests) {
    for (Manifest manifest : manifests()) {
      if (!planDigests.contains(manifest.planDigest())) {
        throw new CorruptArtifactException(
            artifacts.location()
                + "/"
                + folder(manifest.clock().round())
                + " belongs to the plan "
                + manifest.planDigest()
                + ", this run's plan is "
                + planDigests.get(0)
                + "; the data, the build or the settings changed: choose another output");
      }
      try {
        return Optional.of(load(manifest));
      } catch (CorruptArtifactException e) {
        LOG.warn("A checkpoint is passed over, the one before it is used: {}", e.getMessage());
      }
    }
    return Optional.empty();
  }

  private Checkpoint load(Manifest manifest) {
    String folder = folder(manifest.clock().round());
    ModelState state = readState(folder + "/" + STATE);
    ModelState outer = readState(folder + "/" + OUTER);
    if (!ModelStateCodec.sha256(state).equals(manifest.stateSha256())) {
      throw new CorruptArtifactException(
          artifacts.location()
              + "/"
              + folder
              + ": "
              + STATE
              + " is not the one its manifest names");
    }
    double accuracy =
        manifest.validationAccuracy() == null ? Double.NaN : manifest.validationAccuracy();
    return new Checkpoint(
        manifest.planDigest(), manifest.clock(), state, outer.parameters(), accuracy);
  }

  private ModelState readState(String path) {
    String artefact = artifacts.location() + "/" + path;
    byte[] bytes =
        artifacts
            .read(path)
            .orElseThrow(() -> new CorruptArtifactException(artefact + " is missing"));
    return ModelStateCodec.decode(bytes, artefact);
  }

  /** Newest first, by clock. */
  private List<Manifest> manifests() {
    List<Manifest> found = new ArrayList<>();
    for (String name : artifacts.list(FOLDER)) {
      Optional<byte[]> content = artifacts.read(FOLDER + "/" + name + "/" + MANIFEST);
      if (content.isEmpty()) {
        continue; // its writer died before the end
      }
      try {
        Manifest manifest = JSON.readValue(content.get(), Manifest.class);
        if (manifest.isWhole() && name(manifest.clock().round()).equals(name)) {
          found.add(manifest);
        } else {
          warnOfManifest(
              name, "it was altered, or is of another format: its digest does not match");
        }
      } catch (IOException e) {
        warnOfManifest(name, e.getMessage());
      }
    }
    found.sort(Comparator.comparingInt((Manifest manifest) -> manifest.clock().round()).reversed());
    return found;
  }

  private void warnOfManifest(String name, String why) {
    LOG.warn(
        "{}/{}/{}/{} cannot be used and is passed over: {}",
        artifacts.location(),
        FOLDER,
        name,
        MANIFEST,
        why);
  }

  private void prune() {
    List<Manifest> all = manifests();
    Set<String> kept = new HashSet<>();
    all.stream().limit(keep).forEach(manifest -> kept.add(name(manifest.clock().round())));
    all.stream()
        .filter(manifest -> manifest.validationAccuracy() != null)
        // Later checkpoints carry the figure on; the one that was measured comes first.
        .max(
            Comparator.comparingDouble(Manifest::validationAccuracy)
                .thenComparing(manifest -> -manifest.clock().round()))
        .ifPresent(best -> kept.add(name(best.clock().round())));
    for (String name : artifacts.list(FOLDER)) {
      if (!kept.contains(name)) {
        artifacts.delete(FOLDER + "/" + name);
      }
    }
  }

  private static String name(int round) {
    return "round-%08d".formatted(round);
  }

  private static String folder(int round) {
    return FOLDER + "/" + name(round);
  }

  /**
   * @param sha256 over everything else, so that no altered clock goes unnoticed
   */
  private record Manifest(
      int formatVersion,
      String planDigest,
      TrainingClock clock,
      String stateSha256,
      Double validationAccuracy,
      String sha256) {

    static Manifest sealed(String planDigest, TrainingClock clock, String state, Double accuracy) {
      Manifest open = new Manifest(1, planDigest, clock, state, accuracy, null);
      return new Manifest(1, planDigest, clock, state, accuracy, open.digest());
    }

    boolean isWhole() {
      return formatVersion == 1
          && planDigest != null
          && clock != null
          && stateSha256 != null
          && digest().equals(sha256);
    }

    private String digest() {
      String text =
          String.join(
              "\n",
              Integer.toString(formatVersion),
              planDigest,
              clock.toString(),
              stateSha256,
              String.valueOf(validationAccuracy));
      return Sha256.hex(text.getBytes(StandardCharsets.UTF_8));
    }
  }
}
