package org.meanfield.jobs.retrain;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import com.typesafe.config.ConfigValueFactory;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.meanfield.config.Setting;
import org.meanfield.config.Settings;
import org.meanfield.jobs.cli.Job;
import org.meanfield.jobs.cli.JobContext;
import org.meanfield.jobs.cli.JobResult;
import org.meanfield.jobs.cli.ResultFile;

/**
 * Another command, called as a person would call it: with the settings that both know, and its own
 * options. It leaves its own {@code result.json}.
 */
final class Sibling {
  private final JobContext context;
  private final Job job;
  private final Predicate<String> inherited;
  private final Map<String, Object> own = new HashMap<>();

  /**
   * @param inherited which keys of the caller's settings the command gets
   */
  Sibling(JobContext context, Job job, Predicate<String> inherited) {
    this.context = context;
    this.job = job;
    this.inherited = inherited;
  }

  /** With every setting that both know. */
  Sibling(JobContext context, Job job) {
    this(context, job, key -> true);
  }

  /** Gives one of the command's options, such as {@code --data}. */
  Sibling with(String option, Object value) {
    Job.Option found =
        job.options().stream()
            .filter(known -> known.name().equals(option))
            .findFirst()
            .orElseThrow(
                () -> new IllegalArgumentException(job.command() + " has no option " + option));
    return set(found.setting().key(), value);
  }

  /** Gives one setting. */
  Sibling set(String key, Object value) {
    own.put(key, value);
    return this;
  }

  /** Runs it to its end; its failures are the caller's. */
  JobResult run() {
    long start = System.nanoTime();
    Settings settings = Settings.resolve(job.settings(), configuration());
    JobResult result =
        job.run(new JobContext(context.session(), context.storage(), settings, context.console()));
    double seconds = (System.nanoTime() - start) / 1e9;
    new ResultFile(context.storage(), job.outputFolder(settings))
        .write(job.command(), result, seconds);
    return result;
  }

  private Config configuration() {
    Set<String> known =
        job.settings().stream().map(Setting::key).collect(Collectors.toUnmodifiableSet());
    Config configuration = ConfigFactory.empty();
    for (Settings.Resolved each : context.settings().all()) {
      String key = each.setting().key();
      // What nobody set stays so: some settings must not be given without others.
      boolean given = context.settings().isGiven(each.setting());
      if (given && known.contains(key) && inherited.test(key)) {
        configuration = with(configuration, key, each.setting(), each.value());
      }
    }
    for (Map.Entry<String, Object> each : own.entrySet()) {
      configuration =
          configuration.withValue(each.getKey(), ConfigValueFactory.fromAnyRef(each.getValue()));
    }
    return configuration;
  }

  private static Config with(Config configuration, String key, Setting<?> setting, Object value) {
    if (value instanceof Optional<?> optional) {
      return optional.map(inner -> with(configuration, key, setting, inner)).orElse(configuration);
    }
    // A list keeps its elements: a class name may hold a comma.
    Object plain =
        value instanceof List<?> list
            ? list.stream().map(setting::show).toList()
            : setting.show(value);
    return configuration.withValue(key, ConfigValueFactory.fromAnyRef(plain));
  }
}
