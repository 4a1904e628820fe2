package org.meanfield.architecture.offences.stray;

/** Lives in a package that nobody declared. */
record Stray(int value) {}
