/** Open models, and how their requests are put together into batches. Knows no HTTP. */
package org.meanfield.jobs.serve.model;
