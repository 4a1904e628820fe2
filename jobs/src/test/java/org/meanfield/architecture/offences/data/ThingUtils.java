package org.meanfield.architecture.offences.data;

/** Has a name that says nothing. */
final class ThingUtils {
  private ThingUtils() {}
}
