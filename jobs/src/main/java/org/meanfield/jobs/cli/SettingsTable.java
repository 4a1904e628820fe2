package org.meanfield.jobs.cli;

import java.util.ArrayList;
import java.util.List;
import org.meanfield.config.Settings;

/** The resolved settings as aligned columns: key, value, and where the value comes from. */
final class SettingsTable {
  private final List<Settings.Resolved> settings;

  SettingsTable(Settings settings) {
    this.settings = settings.all();
  }

  /** A line per setting, in declaration order. */
  List<String> lines() {
    int keys = 1;
    int values = 1;
    for (Settings.Resolved each : settings) {
      keys = Math.max(keys, each.setting().key().length());
      values = Math.max(values, each.shown().length());
    }
    List<String> lines = new ArrayList<>();
    for (Settings.Resolved each : settings) {
      lines.add(
          String.format(
              "%-" + keys + "s = %-" + Math.min(values, 40) + "s  # %s",
              each.setting().key(),
              each.shown(),
              each.origin()));
    }
    return lines;
  }
}
