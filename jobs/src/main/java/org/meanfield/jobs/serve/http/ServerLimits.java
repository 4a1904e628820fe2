package org.meanfield.jobs.serve.http;

import java.time.Duration;

/**
 * What one server takes on.
 *
 * @param bodyBytes of a request
 * @param concurrent requests to the network at once; more are turned away
 * @param body how long the body of a request may take to arrive
 * @param pixels height times width of an image
 * @param drain how long a server that was told to stop goes on answering, but says that it is not
 *     ready, so that whoever spreads the load can look away
 * @param stop how long the requests in flight may take after that
 */
public record ServerLimits(
    int bodyBytes, int concurrent, Duration body, long pixels, Duration drain, Duration stop) {}
