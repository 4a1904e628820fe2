package org.meanfield.jobs.cli;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.meanfield.config.Setting;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParseResult;

/** The command line built from the jobs' declarations, so that no option is declared twice. */
final class CommandModel {
  static final String CONF = "--conf";
  static final String SET = "--set";
  static final String MASTER = "--master";
  static final String SPARK_CONF = "--spark-conf";
  static final String PRINT_SETTINGS = "--print-settings";
  private static final String HELP = "--help";
  private static final String VERSION = "--version";

  private final Map<String, Job> jobs = new LinkedHashMap<>();
  private final CommandLine line;

  CommandModel(List<Job> jobs) {
    CommandSpec root =
        CommandSpec.create()
            .name("meanfield")
            .version(BuildInfo.current().line())
            .addOption(help())
            .addOption(
                OptionSpec.builder("-V", VERSION)
                    .versionHelp(true)
                    .description("Show version and git commit.")
                    .build());
    root.usageMessage()
        .description("Trains image classifiers on an Apache Spark cluster.")
        .customSynopsis("meanfield COMMAND [options]", "       meanfield COMMAND --help")
        .footer(
            "",
            "Exit codes: 0 done or nothing to do, 1 unexpected, 2 usage or settings, 3 data,",
            "4 diverged, 5 corrupt artefact, 6 conflict, 20 nothing new, 21 challenger refused,",
            "75 another process does it. Every command leaves the same verdict in result.json in"
                + " its",
            "output folder.");
    for (Job job : jobs) {
      this.jobs.put(job.command(), job);
      parent(root, job).addSubcommand(lastWord(job), command(job));
    }
    line = new CommandLine(root);
    for (CommandLine each : withSubcommands(line)) {
      each.setUnmatchedArgumentsAllowed(true).setExpandAtFiles(false).setUsageHelpWidth(100);
      each.getCommandSpec().parser().collectErrors(true).toggleBooleanFlags(false);
    }
  }

  /** Parses; never throws for what a person typed. */
  ParseResult parse(String... args) {
    return line.parseArgs(args);
  }

  /** The text that {@code --help} or {@code --version} asks for, or nothing. */
  Optional<String> requestedText(ParseResult parsed) {
    if (new TypedLine(parsed).levels().stream().anyMatch(ParseResult::isUsageHelpRequested)) {
      return Optional.of(usage(parsed));
    }
    return parsed.isVersionHelpRequested()
        ? Optional.of(BuildInfo.current().line() + System.lineSeparator())
        : Optional.empty();
  }

  /** The usage of the program, or of the group of commands that was named without a command. */
  String usage(ParseResult parsed) {
    return new TypedLine(parsed).deepest().commandSpec().commandLine().getUsageMessage();
  }

  /** The command line of one command; empty where no known command was named. */
  Optional<Invocation> invocation(ParseResult parsed) {
    TypedLine typed = new TypedLine(parsed);
    ParseResult given = typed.deepest();
    Job job = jobs.get(typed.command());
    if (job == null) {
      return Optional.empty();
    }
    Map<String, String> options = new LinkedHashMap<>();
    for (Job.Option option : job.options()) {
      if (given.hasMatchedOption(option.name())) {
        options.put(option.setting().key(), given.matchedOptionValue(option.name(), ""));
      }
    }
    return Optional.of(
        new Invocation(
            job,
            given.matchedOptionValue(CONF, List.of()),
            options,
            given.matchedOptionValue(SET, List.of()),
            Optional.ofNullable(given.matchedOptionValue(MASTER, null)),
            sparkProperties(given),
            given.hasMatchedOption(PRINT_SETTINGS)
                ? Invocation.Request.PRINT_SETTINGS
                : Invocation.Request.RUN,
            typed.problemsOfCommand()));
  }

  /** Everything that parsing found wrong, each with the nearest thing that is known. */
  List<String> problems(ParseResult parsed) {
    TypedLine typed = new TypedLine(parsed);
    return jobs.containsKey(typed.command())
        ? typed.problemsOfCommand()
        : typed.problemsWithoutCommand();
  }

  private static Map<String, String> sparkProperties(ParseResult given) {
    Map<String, String> properties = new LinkedHashMap<>();
    for (String assignment : given.matchedOptionValue(SPARK_CONF, List.<String>of())) {
      int equals = assignment.indexOf('=');
      if (equals > 0) {
        properties.put(assignment.substring(0, equals).strip(), assignment.substring(equals + 1));
      }
    }
    return properties;
  }

  private static List<CommandLine> withSubcommands(CommandLine line) {
    List<CommandLine> all = new ArrayList<>(List.of(line));
    line.getSubcommands().values().forEach(each -> all.addAll(withSubcommands(each)));
    return all;
  }

  /** The program, or the group that a command of two words belongs to. */
  private static CommandSpec parent(CommandSpec root, Job job) {
    String[] words = job.command().split(" ", -1);
    if (words.length == 1) {
      return root;
    }
    CommandLine known = root.subcommands().get(words[0]);
    if (known == null) {
      CommandSpec group = CommandSpec.create().name(words[0]).addOption(help());
      group
          .usageMessage()
          .description(job.groupSummary())
          .customSynopsis("meanfield " + words[0] + " COMMAND [options]");
      root.addSubcommand(words[0], group);
      known = root.subcommands().get(words[0]);
    }
    return known.getCommandSpec();
  }

  private static String lastWord(Job job) {
    return job.command().substring(job.command().lastIndexOf(' ') + 1);
  }

  private static CommandSpec command(Job job) {
    CommandSpec spec = CommandSpec.create().name(lastWord(job));
    spec.usageMessage()
        .description(job.summary())
        .abbreviateSynopsis(true)
        .sortOptions(false)
        .sortSynopsis(false)
        .footer(
            "",
            "Every setting of the command, with its limits and default, is in"
                + " docs/configuration.md;",
            "--print-settings shows what holds and where each value comes from.");
    job.options().forEach(option -> spec.addOption(option(option)));
    spec.addOption(repeatable(CONF, "FILE", "Settings in HOCON, a path or URI; later files win."));
    spec.addOption(repeatable(SET, "KEY=VALUE", "One setting; wins over files and options."));
    spec.addOption(
        OptionSpec.builder(MASTER)
            .paramLabel("URL")
            .type(String.class)
            .description("Spark master; default: spark-submit's, else local[*].")
            .build());
    spec.addOption(repeatable(SPARK_CONF, "KEY=VALUE", "A Spark property."));
    spec.addOption(
        OptionSpec.builder(PRINT_SETTINGS)
            .type(boolean.class)
            .arity("0")
            .description("Show every setting with its value and origin, and stop.")
            .build());
    return spec.addOption(help());
  }

  private static OptionSpec option(Job.Option option) {
    Setting<?> setting = option.setting();
    String fallback =
        setting
            .fallback()
            .map(setting::show)
            .map(shown -> shown.isEmpty() ? "" : " Default: " + shown + ".")
            .orElse(" Required.");
    OptionSpec.Builder builder =
        OptionSpec.builder(option.name())
            .type(String.class)
            .paramLabel(
                setting
                    .key()
                    .substring(setting.key().lastIndexOf('.') + 1)
                    .toUpperCase(Locale.ROOT))
            .description((setting.doc() + fallback).replace("%", "%%"));
    if (setting.isFlag()) {
      builder.arity("0..1").fallbackValue("true");
    }
    return builder.build();
  }

  private static OptionSpec repeatable(String name, String label, String description) {
    return OptionSpec.builder(name)
        .type(List.class)
        .auxiliaryTypes(String.class)
        .arity("1")
        .paramLabel(label)
        .description(description)
        .build();
  }

  private static OptionSpec help() {
    return OptionSpec.builder("-h", HELP)
        .usageHelp(true)
        .description("Show this text and stop.")
        .build();
  }
}
