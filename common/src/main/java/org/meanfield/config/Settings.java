package org.meanfield.config;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigUtil;
import com.typesafe.config.ConfigValue;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.meanfield.error.SettingsException;

/** Resolved settings: every declared key with its checked value and where that value came from. */
public final class Settings {
  private final Map<String, Resolved> resolved;

  private Settings(Map<String, Resolved> resolved) {
    this.resolved = resolved;
  }

  /**
   * Checks a configuration against the declarations.
   *
   * @param declared all settings that the command knows
   * @param configuration merged sources, the winning one on top, without defaults
   * @throws SettingsException listing every unknown key, wrong type, broken limit and missing value
   *     at once
   */
  public static Settings resolve(List<Setting<?>> declared, Config configuration) {
    return resolve(declared, configuration, List.of(), Map.of());
  }

  /**
   * As {@link #resolve(List, Config)}, for a command line.
   *
   * @param earlierProblems found while parsing, so that all are reported together
   * @param optionByKey the command-line option of each key that has one, named where a required
   *     value is missing
   */
  public static Settings resolve(
      List<Setting<?>> declared,
      Config configuration,
      List<String> earlierProblems,
      Map<String, String> optionByKey) {
    Map<String, ConfigValue> given = byKey(configuration);
    List<String> problems = new ArrayList<>(earlierProblems);
    Map<String, Resolved> resolved = new LinkedHashMap<>();
    for (Setting<?> setting : declared) {
      ConfigValue value = given.remove(setting.key());
      if (value != null) {
        resolveGiven(setting, value, resolved, problems);
      } else if (setting.fallback().isPresent()) {
        resolved.put(setting.key(), new Resolved(setting, setting.fallback().get(), "default"));
      } else {
        String name = optionByKey.getOrDefault(setting.key(), "'" + setting.key() + "'");
        problems.add(name + " is required (" + setting.type() + "): " + setting.doc());
      }
    }
    List<String> known = declared.stream().map(Setting::key).toList();
    given.forEach((key, value) -> problems.add(unknown(key, value, known)));
    if (!problems.isEmpty()) {
      throw SettingsException.listing("in the settings", problems);
    }
    return new Settings(resolved);
  }

  private static void resolveGiven(
      Setting<?> setting,
      ConfigValue value,
      Map<String, Resolved> resolved,
      List<String> problems) {
    String origin = value.origin().description();
    try {
      Object parsed = setting.parse(value.unwrapped());
      resolved.put(setting.key(), new Resolved(setting, parsed, origin));
    } catch (IllegalArgumentException e) {
      problems.add(
          "'%s' = %s (%s) %s; expected: %s"
              .formatted(setting.key(), value.unwrapped(), origin, e.getMessage(), setting.type()));
    }
  }

  private static Map<String, ConfigValue> byKey(Config configuration) {
    Map<String, ConfigValue> given = new TreeMap<>();
    configuration
        .entrySet()
        .forEach(
            entry ->
                given.put(
                    String.join(".", ConfigUtil.splitPath(entry.getKey())), entry.getValue()));
    return given;
  }

  /** The value of a setting that was among the declared ones. */
  @SuppressWarnings("unchecked")
  public <T> T get(Setting<T> setting) {
    Resolved found = resolved.get(setting.key());
    if (found == null || found.setting() != setting) {
      throw new IllegalArgumentException(
          "The setting '" + setting.key() + "' was not declared for this command");
    }
    return (T) found.value();
  }

  /** True where someone gave a value; false where the default holds. */
  public boolean isGiven(Setting<?> setting) {
    return !resolved.get(setting.key()).origin().equals("default");
  }

  /** All settings in declaration order. */
  public List<Resolved> all() {
    return List.copyOf(resolved.values());
  }

  /** Key to shown value, in declaration order: what run files store. */
  public Map<String, String> asText() {
    Map<String, String> text = new LinkedHashMap<>();
    resolved.forEach((key, entry) -> text.put(key, entry.shown()));
    return text;
  }

  private static String unknown(String key, ConfigValue value, List<String> known) {
    String hint =
        NearestName.find(key, known).map(near -> "; did you mean '" + near + "'?").orElse("");
    return "'" + key + "' (" + value.origin().description() + ") is not a known key" + hint;
  }

  /**
   * One setting with its value.
   *
   * @param origin {@code default}, or file and line, or the command-line option
   */
  public record Resolved(Setting<?> setting, Object value, String origin) {
    /** The value as a person writes it. */
    public String shown() {
      return setting.show(value);
    }
  }
}
