package org.meanfield.jobs.serve.http;

import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.server.handler.GracefulHandler;
import org.eclipse.jetty.util.thread.QueuedThreadPool;
import org.meanfield.error.SettingsException;
import org.meanfield.jobs.serve.model.CurrentModel;

/**
 * The HTTP server around a model: the Open Inference Protocol, {@code /v1/classify}, metrics and a
 * page for people.
 *
 * <p>Ownership: stops at {@link #close}; the model stays the caller's.
 */
public final class InferenceServer implements AutoCloseable {
  private static final Duration IDLE = Duration.ofSeconds(60);

  private final Server server;
  private final ServerConnector connector;
  private final Telling telling;
  private final Duration drain;
  private final CountDownLatch closing = new CountDownLatch(1);

  /**
   * What a server is called.
   *
   * @param host the address it listens at
   * @param port 0 for any that is free
   * @param modelName in paths and answers
   * @param programVersion for the server's metadata
   */
  public record Identity(String host, int port, String modelName, String programVersion) {}

  private InferenceServer(
      Server server, ServerConnector connector, Telling telling, Duration drain) {
    this.server = server;
    this.connector = connector;
    this.telling = telling;
    this.drain = drain;
  }

  /**
   * Starts one.
   *
   * @throws SettingsException where the address cannot be listened at
   */
  public static InferenceServer start(
      Identity identity, CurrentModel current, ServerLimits limits, Metrics metrics) {
    int cores = Runtime.getRuntime().availableProcessors();
    // Nobody waits on these threads, they decode and write: more of them than cores gain nothing.
    QueuedThreadPool threads = new QueuedThreadPool(2 * cores + 8, 4);
    threads.setName("http");
    Server server = new Server(threads);
    HttpConfiguration http = new HttpConfiguration();
    http.setSendServerVersion(false);
    ServerConnector connector = new ServerConnector(server, 1, 1, new HttpConnectionFactory(http));
    connector.setHost(identity.host());
    connector.setPort(identity.port());
    connector.setIdleTimeout(IDLE.toMillis());
    connector.setAcceptQueueSize(1024);
    server.addConnector(connector);
    Telling telling =
        new Telling(current, identity.modelName(), identity.programVersion(), metrics);
    Computing computing = new Computing(identity.modelName(), limits.pixels(), metrics);
    server.setHandler(
        new GracefulHandler(new ApiHandler(current, limits, metrics, computing, telling)));
    server.setErrorHandler(new RefusedHeads());
    server.setStopTimeout(limits.stop().toMillis());
    try {
      server.start();
    } catch (Exception e) {
      throw new SettingsException(
          "Cannot listen at "
              + identity.host()
              + ":"
              + identity.port()
              + ": "
              + e.getMessage()
              + "; choose another serve.host or serve.port");
    }
    return new InferenceServer(server, connector, telling, limits.drain());
  }

  /** Where it listens. */
  public InetSocketAddress address() {
    return new InetSocketAddress(connector.getHost(), connector.getLocalPort());
  }

  /** Waits until it is told to stop. */
  public void awaitClose() throws InterruptedException {
    closing.await();
  }

  /**
   * Says that it is not ready, goes on for the time to drain, then takes no new requests and waits
   * for those in flight. An interrupted thread does not drain, but it does stop the server. A
   * server that has stopped is left alone.
   *
   * @throws IllegalStateException where requests in flight outlasted {@link ServerLimits#stop};
   *     they were broken off, and the server has stopped all the same
   */
  @Override
  public void close() {
    if (closing.getCount() == 0) {
      return;
    }
    telling.stopping();
    boolean interrupted = false;
    try {
      TimeUnit.MILLISECONDS.sleep(drain.toMillis());
    } catch (InterruptedException e) {
      interrupted = true;
    }
    try {
      server.stop();
    } catch (InterruptedException e) {
      interrupted = true;
    } catch (Exception e) {
      throw new IllegalStateException(
          "The HTTP server did not stop in time; requests that were not answered are broken off",
          e);
    } finally {
      closing.countDown();
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }
}
