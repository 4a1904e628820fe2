package org.meanfield.jobs.spark;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URL;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.core.LoggerContext;
import org.apache.logging.log4j.core.config.Configuration;
import org.apache.logging.log4j.core.config.ConfigurationFactory;
import org.apache.logging.log4j.core.config.ConfigurationSource;
import org.apache.logging.log4j.core.config.Configurator;
import org.apache.logging.log4j.core.config.DefaultConfiguration;

/**
 * The driver's log: our own quiet configuration where nobody configured one. A cluster's or a
 * user's configuration always stands.
 */
public final class LogConfiguration {
  private static final String RESOURCE = "/org/meanfield/log4j2.properties";
  private static final String SPARK_DEFAULT = "org/apache/spark/log4j2-defaults";

  private LogConfiguration() {}

  /** Replaces Spark's or log4j's built-in defaults by ours; leaves anything else alone. */
  public static void applyUnlessConfigured() {
    if (!(LogManager.getContext(false) instanceof LoggerContext context)
        || !isBuiltIn(context.getConfiguration())) {
      return;
    }
    URL own = LogConfiguration.class.getResource(RESOURCE);
    if (own == null) {
      throw new IllegalStateException(RESOURCE + " is missing from the class path; rebuild");
    }
    try (InputStream in = own.openStream()) {
      ConfigurationSource source = new ConfigurationSource(in, own);
      Configurator.reconfigure(
          ConfigurationFactory.getInstance().getConfiguration(context, source));
    } catch (IOException e) {
      throw new UncheckedIOException("Cannot read " + own, e);
    }
  }

  private static boolean isBuiltIn(Configuration current) {
    String location = String.valueOf(current.getConfigurationSource().getLocation());
    return current instanceof DefaultConfiguration || location.contains(SPARK_DEFAULT);
  }
}
