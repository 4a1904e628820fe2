package org.meanfield.jobs.spark;

import org.apache.spark.SparkEnv;
import org.meanfield.jobs.spark.exchange.ExchangePort;

/** Where this process is reached in exchanges: one port for all segments of an application. */
final class ProcessPort {
  private static final String SETTING = "spark.meanfield.exchange.port";

  private static String application = "";
  private static ExchangePort port;

  private ProcessPort() {}

  /** The port, opened when the application needs it first. */
  static synchronized ExchangePort open() {
    SparkEnv env = SparkEnv.get();
    String now = env.conf().getAppId();
    if (!now.equals(application)) {
      if (port != null) {
        port.close();
      }
      int wanted = Integer.parseInt(env.conf().get(SETTING, "0"));
      port = new ExchangePort(env.conf(), env.securityManager(), wanted);
      application = now;
    }
    return port;
  }

  /** Its number, once it is open. */
  static synchronized int number() {
    return port.port();
  }
}
