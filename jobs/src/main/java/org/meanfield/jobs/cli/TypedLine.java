package org.meanfield.jobs.cli;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.meanfield.config.NearestName;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParseResult;

/**
 * What a person typed, as it was parsed, and what is wrong with it: each problem with the nearest
 * thing that is known.
 */
final class TypedLine {
  private final List<ParseResult> levels = new ArrayList<>();

  TypedLine(ParseResult parsed) {
    levels.add(parsed);
    while (deepest().hasSubcommand()) {
      levels.add(deepest().subcommand());
    }
  }

  /** The program, then the group or command that was named, and so on. */
  List<ParseResult> levels() {
    return List.copyOf(levels);
  }

  /** The last of the levels. */
  ParseResult deepest() {
    return levels.get(levels.size() - 1);
  }

  /** The words of the command that was named, such as {@code registry list}. */
  String command() {
    return levels.stream()
        .skip(1)
        .map(level -> level.commandSpec().name())
        .collect(Collectors.joining(" "));
  }

  /** Where the deepest level is a command. */
  List<String> problemsOfCommand() {
    List<String> problems = parserProblems();
    problems.addAll(malformedSparkProperties(deepest()));
    problems.addAll(groupProblems(levels.subList(0, levels.size() - 1)));
    problems.addAll(strayWords(deepest()));
    return problems;
  }

  /** Where no command was named, or none that is known. */
  List<String> problemsWithoutCommand() {
    List<String> problems = parserProblems();
    problems.addAll(groupProblems(levels));
    return problems;
  }

  private List<String> parserProblems() {
    List<String> problems = new ArrayList<>();
    for (ParseResult level : levels) {
      level.errors().forEach(error -> problems.add(error.getMessage()));
    }
    return problems;
  }

  private static List<String> malformedSparkProperties(ParseResult given) {
    return given.matchedOptionValue(CommandModel.SPARK_CONF, List.<String>of()).stream()
        .filter(assignment -> assignment.indexOf('=') <= 0)
        .map(
            assignment ->
                CommandModel.SPARK_CONF + " " + assignment + " is not of the form KEY=VALUE")
        .toList();
  }

  private static List<String> groupProblems(List<ParseResult> groups) {
    return groups.stream().flatMap(group -> groupProblem(group).stream()).toList();
  }

  /** What is wrong with the words after the program's name or a group's. */
  private static Optional<String> groupProblem(ParseResult level) {
    return level.unmatched().stream()
        .findFirst()
        .map(
            word -> {
              if (word.startsWith("-")) {
                return "'" + word + "' stands before the command; options follow the command";
              }
              List<String> commands = List.copyOf(level.commandSpec().subcommands().keySet());
              return "'" + word + "' is not a command" + hint(word, commands);
            });
  }

  /** Words behind a command that are none of its options. */
  private static List<String> strayWords(ParseResult command) {
    CommandSpec spec = command.commandSpec();
    List<String> stray = command.unmatched();
    List<String> problems = new ArrayList<>();
    for (int i = 0; i < stray.size(); i++) {
      String word = stray.get(i);
      if (word.startsWith("-")) {
        problems.add(unknown(word.replaceFirst("=.*", ""), "an option of " + spec.name(), spec));
      } else if (i == 0 || !stray.get(i - 1).startsWith("-")) { // else an unknown option's value
        problems.add("'" + word + "' is left over: " + spec.name() + " takes only options");
      }
    }
    return problems;
  }

  private static String unknown(String word, String kind, CommandSpec spec) {
    List<String> known =
        spec.options().stream().flatMap(option -> Arrays.stream(option.names())).toList();
    return "'" + word + "' is not " + kind + hint(word, known);
  }

  private static String hint(String word, List<String> known) {
    return NearestName.find(word, known)
        .map(near -> "; did you mean '" + near + "'?")
        .orElse("; known: " + String.join(", ", known));
  }
}
