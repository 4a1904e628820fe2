package org.meanfield.architecture.offences.data;

/** Innocent: what the others are about. */
public record Point(int x, int y) {}
