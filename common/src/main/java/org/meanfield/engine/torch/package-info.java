/**
 * The engine that runs DL4J's configurations with LibTorch, on DL4J's own layout of parameters and
 * updater state. The only place that touches LibTorch.
 */
package org.meanfield.engine.torch;
