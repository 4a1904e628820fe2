/** The Open Inference Protocol, version 2: requests and answers as bytes. Knows no HTTP server. */
package org.meanfield.jobs.serve.protocol;
