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
    Map<String, ConfigValue> given = new TreeMap<>();
    configuration
        .entrySet()
        .forEach(
            entry ->
                given.put(
                    String.join(".", ConfigUtil.splitPath(entry.getKey())), entry.getValue()));
    List<String> problems = new ArrayList<>();
    Map<String, Resolved> resolved = new LinkedHashMap<>();
    for (Setting<?> setting : declared) {
      ConfigValue value = given.remove(setting.key());
      if (value == null) {
        if (setting.fallback().isEmpty()) {
          problems.add(
              "'" + setting.key() + "' is required (" + setting.type() + "): " + setting.doc());
        } else {
          resolved.put(setting.key(), new Resolved(setting, setting.fallback().get(), "default"));
        }
        continue;
      }
      String origin = value.origin().description();
      try {
        resolved.put(
            setting.key(), new Resolved(setting, setting.parse(value.unwrapped()), origin));
      } catch (IllegalArgumentException e) {
        problems.add(
            "'"
                + setting.key()
                + "' = "
                + value.unwrapped()
                + " ("
                + origin
                + ") "
                + e.getMessage()
                + "; expected: "
                + setting.type());
      }
    }
    List<String> known = declared.stream().map(Setting::key).toList();
    given.forEach((key, value) -> problems.add(unknown(key, value, known)));
    if (!problems.isEmpty()) {
      throw new SettingsException(
          problems.size()
              + (problems.size() == 1 ? " problem" : " problems")
              + " in the settings:\n  - "
              + String.join("\n  - ", problems));
    }
    return new Settings(resolved);
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
