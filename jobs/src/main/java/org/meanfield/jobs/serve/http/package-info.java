/** The HTTP server: endpoints, limits, metrics. The only package that knows Jetty. */
package org.meanfield.jobs.serve.http;
