package org.meanfield.jobs.cli;

import java.util.List;
import org.meanfield.config.Setting;
import org.meanfield.config.Settings;

/** One command of the command line. */
public interface Job {
  /** The word on the command line and in {@code result.json}. */
  String command();

  /** One line for {@code --help}. */
  String summary();

  /** Every setting that the command knows, command-line options included. */
  List<Setting<?>> settings();

  /** The command-line options that are short forms of settings. */
  List<Option> options();

  /** The output folder, from the resolved settings: {@code result.json} goes there. */
  Setting<String> output();

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

  /**
   * An option that sets a setting: {@code --data X} is {@code --set train.data=X}.
   *
   * @param name with its dashes
   * @param setting what it sets
   */
  record Option(String name, Setting<?> setting) {}
}
