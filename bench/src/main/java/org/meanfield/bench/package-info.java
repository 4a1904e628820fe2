/** The measurements behind docs/results.md; {@code scripts/bench} runs them. */
package org.meanfield.bench;
