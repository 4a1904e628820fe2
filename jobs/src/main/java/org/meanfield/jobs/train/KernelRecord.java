package org.meanfield.jobs.train;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.meanfield.engine.KernelFingerprint;
import org.meanfield.error.SettingsException;
import org.meanfield.jobs.spark.LocatedKernels;

/**
 * What has computed a run, by how it rounds: one group where the bits are the promised ones.
 *
 * @param groups in the order in which they were found
 */
record KernelRecord(List<Group> groups) {
  private static final int NAMED = 3;

  /**
   * Processes that round alike.
   *
   * @param kernels of the first of them
   * @param places the driver and executors, by name
   */
  record Group(KernelFingerprint kernels, List<String> places) {
    /** Copies the places. */
    Group {
      places = List.copyOf(places);
    }

    private boolean trains() {
      return !places.equals(List.of(LocatedKernels.DRIVER));
    }

    private String text() {
      String more = places.size() > NAMED ? " and " + (places.size() - NAMED) + " more" : "";
      return places.stream().limit(NAMED).collect(Collectors.joining(", "))
          + more
          + " ("
          + kernels.device()
          + ", "
          + kernels.description()
          + ", kernels "
          + kernels.digest()
          + ")";
    }
  }

  /** Whether all that trained, and the driver beside them, round alike. */
  enum Agreement {
    /** All do. */
    EQUAL("equal"),
    /** All that train do; the driver, which only merges, has other kernels. */
    DRIVER_DIFFERS("driver-differs"),
    /** Those that train do not. */
    DIFFER("differ");

    private final String id;

    Agreement(String id) {
      this.id = id;
    }

    /** As in {@code result.json}. */
    String id() {
      return id;
    }
  }

  /** Copies the groups. */
  KernelRecord {
    groups = List.copyOf(groups);
  }

  /** This record and what was found now. */
  KernelRecord with(List<LocatedKernels> found) {
    Map<String, Group> byKernels = new LinkedHashMap<>();
    groups.forEach(group -> byKernels.put(key(group.kernels()), group));
    for (LocatedKernels one : found) {
      byKernels.merge(
          key(one.kernels()),
          new Group(one.kernels(), List.of(one.place())),
          (known, added) -> {
            List<String> places = new ArrayList<>(known.places());
            places.removeAll(added.places());
            places.addAll(added.places());
            return new Group(known.kernels(), places);
          });
    }
    return new KernelRecord(List.copyOf(byKernels.values()));
  }

  /** Whether what computes with an engine rounds alike; other engines' bits differ anyway. */
  Agreement agreement(String engine) {
    List<Group> here = of(engine);
    if (here.stream().filter(Group::trains).count() > 1) {
      return Agreement.DIFFER;
    }
    return here.size() > 1 ? Agreement.DRIVER_DIFFERS : Agreement.EQUAL;
  }

  /** What a person should know; empty where all round alike. */
  Optional<String> note(String engine) {
    String all = of(engine).stream().map(Group::text).collect(Collectors.joining("; "));
    return switch (agreement(engine)) {
      case EQUAL -> Optional.empty();
      case DRIVER_DIFFERS ->
          Optional.of(
              "kernels: the executors round alike, the driver does not, so that the same run in one"
                  + " process here would end in other bits: "
                  + all);
      case DIFFER ->
          Optional.of(
              "WARNING: what trains this run does not round alike, so that its last bits depend on"
                  + " which executor trains which worker: "
                  + all
                  + ". Use machines of one kind, one version of the program and one"
                  + " OPENBLAS_CORETYPE (docs/engines.md, 'Bits'); train.require-equal-kernels=true"
                  + " refuses to train like this");
    };
  }

  /**
   * Refuses kernels that differ.
   *
   * @throws SettingsException naming who rounds how
   */
  void requireEqual(String engine) {
    if (agreement(engine) == Agreement.DIFFER) {
      throw new SettingsException(
          "train.require-equal-kernels=true, and not all that trains this run rounds alike: "
              + of(engine).stream().map(Group::text).collect(Collectors.joining("; "))
              + ". Use machines of one kind, one version of the program and one OPENBLAS_CORETYPE"
              + " (docs/engines.md, 'Bits'), or set train.require-equal-kernels to false");
    }
  }

  private List<Group> of(String engine) {
    return groups.stream().filter(group -> group.kernels().engine().equals(engine)).toList();
  }

  private static String key(KernelFingerprint kernels) {
    return kernels.engine() + " " + kernels.digest();
  }
}
