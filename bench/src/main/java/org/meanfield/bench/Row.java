package org.meanfield.bench;

/**
 * One line of a table.
 *
 * @param group what is compared with each other: usually a network
 * @param system what was measured
 * @param outcome of it
 */
record Row(String group, String system, Outcome outcome) {}
