package org.meanfield.architecture.offences.data;

/** Hands its own array out through its accessor. */
@SuppressWarnings("ArrayRecordComponent") // the offence itself
record ExposesAsRecord(float[] values) {}
