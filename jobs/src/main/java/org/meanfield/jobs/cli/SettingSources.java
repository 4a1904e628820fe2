package org.meanfield.jobs.cli;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigException;
import com.typesafe.config.ConfigFactory;
import com.typesafe.config.ConfigOriginFactory;
import com.typesafe.config.ConfigParseOptions;
import com.typesafe.config.ConfigUtil;
import com.typesafe.config.ConfigValue;
import com.typesafe.config.ConfigValueFactory;
import java.io.File;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.meanfield.config.Setting;
import org.meanfield.config.Settings;
import org.meanfield.error.SettingsException;
import org.meanfield.jobs.storage.Storage;

/**
 * Puts the sources of settings on top of each other: defaults, then files in order, then options,
 * then {@code --set}. A file may hold the settings of several commands, so a key that only another
 * command knows is passed over there, and nowhere else.
 */
final class SettingSources {
  private final Storage storage;
  private final Set<String> keysOfAllCommands = new HashSet<>();

  SettingSources(Storage storage, List<Job> jobs) {
    this.storage = storage;
    jobs.forEach(job -> job.settings().forEach(setting -> keysOfAllCommands.add(setting.key())));
  }

  /**
   * The settings that an invocation asks for.
   *
   * @throws org.meanfield.error.SettingsException listing everything that is wrong with the command
   *     line, the files and the values, at once
   */
  Settings resolve(Invocation invocation) {
    List<String> problems = new ArrayList<>(invocation.problems());
    return Settings.resolve(
        invocation.job().settings(),
        merge(invocation, problems),
        problems,
        optionByKey(invocation.job()));
  }

  /** All sources merged, without checking values; problems are added to the list. */
  Config merge(Invocation invocation, List<String> problems) {
    Set<String> own = new HashSet<>();
    invocation.job().settings().forEach(setting -> own.add(setting.key()));
    Config merged = ConfigFactory.empty();
    for (String file : invocation.files()) {
      merged = withoutOthers(file(file, problems), own, problems).withFallback(merged);
    }
    Map<String, String> names = optionByKey(invocation.job());
    for (Map.Entry<String, String> option : invocation.options().entrySet()) {
      merged =
          with(merged, option.getKey(), option.getValue(), names.get(option.getKey()), problems);
    }
    for (String assignment : invocation.assignments()) {
      int equals = assignment.indexOf('=');
      if (equals <= 0) {
        problems.add("--set " + assignment + " is not of the form KEY=VALUE");
      } else {
        String key = assignment.substring(0, equals).strip();
        merged = with(merged, key, assignment.substring(equals + 1), "--set", problems);
      }
    }
    return merged;
  }

  private Config file(String path, List<String> problems) {
    try {
      return parse(path).resolve();
    } catch (ConfigException | UncheckedIOException | SettingsException e) {
      problems.add("--conf " + path + " cannot be read: " + e.getMessage());
      return ConfigFactory.empty();
    }
  }

  private Config parse(String path) {
    File local = new File(path);
    if (local.isFile()) {
      return ConfigFactory.parseFile(local, options().setAllowMissing(false));
    }
    return ConfigFactory.parseString(storage.readText(path), options().setOriginDescription(path));
  }

  private static ConfigParseOptions options() {
    return ConfigParseOptions.defaults().setSyntax(com.typesafe.config.ConfigSyntax.CONF);
  }

  private Config withoutOthers(Config file, Set<String> own, List<String> problems) {
    Config kept = file;
    for (Map.Entry<String, ConfigValue> entry : file.entrySet()) {
      String key = String.join(".", ConfigUtil.splitPath(entry.getKey()));
      if (isBlock(key)) {
        // Reported here: what another source says of the block would hide it.
        problems.add(
            "'"
                + key
                + "' ("
                + entry.getValue().origin().description()
                + ") is a block of settings, not one; write '"
                + key
                + ".NAME = ...'");
        kept = kept.withoutPath(entry.getKey());
      } else if (!own.contains(key) && keysOfAllCommands.contains(key)) {
        kept = kept.withoutPath(entry.getKey());
      }
    }
    return kept;
  }

  private boolean isBlock(String key) {
    return keysOfAllCommands.stream().anyMatch(known -> known.startsWith(key + "."));
  }

  private static Config with(
      Config config, String key, String value, String origin, List<String> problems) {
    try {
      ConfigValue parsed = value(value).withOrigin(ConfigOriginFactory.newSimple(origin));
      return config.withValue(key, parsed);
    } catch (ConfigException e) {
      problems.add(origin + " " + key + "=" + value + " is not valid HOCON: " + e.getMessage());
      return config;
    }
  }

  /** Lists may be written as HOCON; everything else is text until its setting parses it. */
  private static ConfigValue value(String text) {
    return text.startsWith("[")
        ? ConfigFactory.parseString("value = " + text).getValue("value")
        : ConfigValueFactory.fromAnyRef(text);
  }

  private static Map<String, String> optionByKey(Job job) {
    Map<String, String> names = new LinkedHashMap<>();
    for (Job.Option option : job.options()) {
      Setting<?> setting = option.setting();
      names.putIfAbsent(setting.key(), option.name());
    }
    return names;
  }
}
