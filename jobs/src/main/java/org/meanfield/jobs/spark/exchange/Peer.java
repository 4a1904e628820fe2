package org.meanfield.jobs.spark.exchange;

/**
 * A process that takes part in an exchange.
 *
 * @param name for messages, e.g. an executor's
 * @param host under which the others reach it
 * @param port of its {@link ExchangePort}
 */
public record Peer(String name, String host, int port) {
  @Override
  public String toString() {
    return name + " at " + host + ":" + port;
  }
}
