/**
 * The engine that runs networks with DL4J itself, on ND4J. The only place that touches ND4J's
 * native memory.
 */
package org.meanfield.engine.nd4j;
