package org.meanfield.jobs.registry;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;
import java.util.Optional;
import org.meanfield.config.Setting;
import org.meanfield.config.Settings;
import org.meanfield.error.SettingsException;

/** What the commands of the registry, and those that register, may be told. */
public final class RegistrySettings {
  /** The registry's folder. */
  public static final Setting<String> PATH =
      Setting.text("registry.path")
          .means("The registry's folder, on any file system that Hadoop writes.");

  /** Who acts. */
  public static final Setting<String> BY =
      Setting.text("registry.by")
          .means("Who acts, for the history. Where empty: user and machine.")
          .defaultsTo("");

  static final Setting<String> OUTPUT =
      Setting.text("registry.output")
          .means("A folder for result.json; where empty none is written.")
          .defaultsTo("");
  static final Setting<String> RUN =
      Setting.text("registry.run").means("The finished run that becomes a version.");
  static final Setting<String> EXPORT =
      Setting.text("registry.export")
          .means("The export of that run; where empty the version has none.")
          .defaultsTo("");
  static final Setting<String> EVALUATION =
      Setting.text("registry.evaluation")
          .means("The evaluation of that run; where empty: RUN/evaluation, where that is there.")
          .defaultsTo("");
  static final Setting<Optional<Integer>> PARENT =
      Setting.integer("registry.parent")
          .means("The version whose weights the run started from.")
          .atLeast(1)
          .optional();
  static final Setting<Optional<Double>> LATENCY =
      Setting.decimal("registry.latency-milliseconds")
          .means("Milliseconds that the export takes for one image, as you measured it.")
          .above(0)
          .optional();
  static final Setting<String> VERSION =
      Setting.text("registry.version")
          .means("The version that is meant: a number, champion, latest or an alias.");
  static final Setting<String> ANY_VERSION =
      Setting.text("registry.only-version")
          .means("The only version to look at; where empty all are.")
          .defaultsTo("");
  static final Setting<Optional<Integer>> EXPECTED =
      Setting.integer("registry.expected-champion")
          .means("Promote only where this version is the champion still; 0 for none yet.")
          .atLeast(0)
          .optional();
  static final Setting<Optional<Integer>> EARLIER =
      Setting.integer("registry.earlier-champion")
          .means("The earlier champion to go back to; where empty the one before.")
          .atLeast(1)
          .optional();
  static final Setting<String> REASON =
      Setting.text("registry.reason").means("Why, for the history.").defaultsTo("");
  static final Setting<String> OVERRIDE =
      Setting.text("registry.override")
          .means(
              "Promote against the gate, and why; the reason stays in the history. Where empty the"
                  + " gate decides.")
          .defaultsTo("");
  static final Setting<String> ALIAS =
      Setting.text("registry.alias").means("The name that is given or dropped.");
  static final Setting<String> ALIASED =
      Setting.text("registry.aliased-version")
          .means("What the name shall mean: a number, champion, latest, another alias, or none.");
  static final Setting<Integer> KEEP =
      Setting.integer("registry.keep")
          .means(
              "How many of the newest versions stay. The champion, the one before it and versions"
                  + " with an alias stay anyway.")
          .atLeast(0)
          .defaultsTo(10);

  private RegistrySettings() {}

  /** Who acts. */
  public static String by(Settings settings) {
    String given = settings.get(BY);
    if (!given.isBlank()) {
      return given;
    }
    return System.getProperty("user.name") + "@" + host();
  }

  /** A text that may be left out. */
  static Optional<String> given(Settings settings, Setting<String> setting) {
    return Optional.of(settings.get(setting)).filter(text -> !text.isBlank());
  }

  /** The registry's folder without a slash at the end. */
  public static String path(Settings settings) {
    String path = settings.get(PATH).replaceFirst("/+$", "");
    if (path.isBlank()) {
      throw new SettingsException("--registry is empty; give the registry's folder");
    }
    return path;
  }

  /** The settings that every command of the registry has. */
  static List<Setting<?>> common() {
    return List.of(PATH, BY, OUTPUT);
  }

  private static String host() {
    try {
      return InetAddress.getLocalHost().getHostName();
    } catch (UnknownHostException e) {
      return "unknown-host"; // the name of a container need not resolve
    }
  }
}
