package org.meanfield.jobs.cli;

import java.util.List;
import org.meanfield.config.Setting;
import org.meanfield.config.Settings;

/** One command of the command line. */
public interface Job {
  /**
   * The word on the command line and in {@code result.json}; two words, as in {@code registry
   * list}, for a command of a group.
   */
  String command();

  /** One line about the group for {@code --help}, where the command belongs to one. */
  default String groupSummary() {
    return "";
  }

  /** What the command needs before it can start. */
  default Needs needs() {
    return Needs.SPARK;
  }

  /** One line for {@code --help}. */
  String summary();

  /** Every setting that the command knows, command-line options included. */
  List<Setting<?>> settings();

  /** The command-line options that are short forms of settings. */
  List<Option> options();

  /**
   * The output folder, from the resolved settings: {@code result.json} goes there. Where it is
   * blank none is written.
   */
  Setting<String> output();

  /** What the output folder is for. */
  default OutputKind outputKind() {
    return OutputKind.ARTEFACT;
  }

  /**
   * Where the output goes: what {@link #output()} says, unless the command finds a place of its own
   * where that is left out.
   *
   * @throws org.meanfield.error.SettingsException where it cannot be left out
   */
  default String outputFolder(Settings settings) {
    return settings.get(output());
  }

  /**
   * Does the work.
   *
   * @throws org.meanfield.error.MeanfieldException for everything that the caller can mend; its
   *     exit code becomes the process's
   */
  JobResult run(JobContext context);

  /** Told after {@code result.json} was written, or could not be. */
  default void ended() {}

  /** What a command runs on. */
  enum Needs {
    /** A running Spark session. */
    SPARK,
    /** Files alone: {@link JobContext#spark} must not be asked for. */
    FILES
  }

  /** What lies in an output folder besides {@code result.json}. */
  enum OutputKind {
    /** What the command made: a command that was refused leaves the verdict on it alone. */
    ARTEFACT,
    /** Nothing: {@code result.json} is always about the newest command. */
    VERDICT
  }

  /**
   * An option that sets a setting: {@code --data X} is {@code --set train.data=X}.
   *
   * @param name with its dashes
   * @param setting what it sets
   */
  record Option(String name, Setting<?> setting) {}
}
