package org.meanfield.jobs.cli;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.meanfield.config.Setting;

/** The text of {@code docs/configuration.md}, from the declarations of the commands' settings. */
final class ConfigurationPage {
  private static final String INTRODUCTION =
      """
      # Configuration

      Every run-time setting, generated from the declarations in the code. Do not edit this page:
      `./mvnw -pl jobs -am test -Dtest=ConfigurationPageTest -Dsurefire.failIfNoSpecifiedTests=false
      -Dmeanfield.docs.write=true` writes it again.

      A setting's value comes from, in rising order: its default; the files given with `--conf`, in
      order; the command's short option, such as `--data`; `--set KEY=VALUE`. Files are
      [HOCON](https://github.com/lightbend/config/blob/main/HOCON.md), on any file system that
      Hadoop reads, and may hold the settings of several commands. A key that no command knows, a
      wrong type or a value out of range stops the command with exit code 2; all such problems are
      reported at once. `meanfield COMMAND --print-settings` shows what holds and where each value
      comes from.

      ## Options of every command

      | Option | Meaning |
      |---|---|
      | `--conf FILE` | Settings in HOCON, a path or URI; repeatable, later files win |
      | `--set KEY=VALUE` | One setting; repeatable, wins over files and options |
      | `--master URL` | Spark master; default: spark-submit's, else `local[*]` |
      | `--spark-conf KEY=VALUE` | A Spark property; repeatable |
      | `--print-settings` | Show every setting with its value and origin, and stop |
      | `--help` | Show the options and stop |
      """;

  private final List<Job> jobs;

  /** Of the given commands. */
  ConfigurationPage(List<Job> jobs) {
    this.jobs = List.copyOf(jobs);
  }

  /** The whole page in Markdown. */
  String markdown() {
    StringBuilder page = new StringBuilder(INTRODUCTION);
    jobs.forEach(job -> command(job, page));
    sections().forEach((name, settings) -> section(name, settings, page));
    return page.toString();
  }

  private static void command(Job job, StringBuilder page) {
    page.append("\n## Options of `").append(job.command()).append("`\n\n").append(job.summary());
    page.append("\n\n| Option | Setting |\n|---|---|\n");
    for (Job.Option option : job.options()) {
      page.append("| `").append(option.name()).append("` | `");
      page.append(option.setting().key()).append("` |\n");
    }
  }

  /** Settings by the first part of their key, each setting once. */
  private Map<String, Map<String, Setting<?>>> sections() {
    Map<String, Map<String, Setting<?>>> sections = new TreeMap<>();
    for (Job job : jobs) {
      for (Setting<?> setting : job.settings()) {
        String name = setting.key().replaceFirst("\\..*", "");
        sections
            .computeIfAbsent(name, key -> new LinkedHashMap<>())
            .putIfAbsent(setting.key(), setting);
      }
    }
    return sections;
  }

  private void section(String name, Map<String, Setting<?>> settings, StringBuilder page) {
    page.append("\n## Settings under `").append(name).append("`\n\n");
    page.append("| Key | Type | Default | Used by | Meaning |\n|---|---|---|---|---|\n");
    for (Setting<?> setting : settings.values()) {
      String fallback =
          setting.fallback().map(value -> code(setting.show(value))).orElse("required");
      List<String> cells =
          List.of(
              code(setting.key()),
              setting.type(),
              fallback,
              String.join(", ", users(setting)),
              setting.doc());
      page.append("| ");
      page.append(
          String.join(" | ", cells.stream().map(cell -> cell.replace("|", "\\|")).toList()));
      page.append(" |\n");
    }
  }

  private List<String> users(Setting<?> setting) {
    List<String> users = new ArrayList<>();
    for (Job job : jobs) {
      if (job.settings().stream().anyMatch(other -> other.key().equals(setting.key()))) {
        users.add(job.command());
      }
    }
    return users;
  }

  private static String code(String text) {
    return text.isEmpty() ? "(empty)" : "`" + text + "`";
  }
}
