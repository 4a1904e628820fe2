/**
 * Training as a plan that any runner may carry out: clock, rounds, the loop, checkpoints, journal,
 * and the runner that needs no cluster.
 */
package org.meanfield.train;
