package org.meanfield.jobs.spark;

import org.meanfield.engine.KernelFingerprint;

/**
 * How a process of an application rounds.
 *
 * @param place {@value #DRIVER}, {@value #LOCAL}, or which executor on which host
 * @param kernels that it computes with
 */
public record LocatedKernels(String place, KernelFingerprint kernels) {
  /** The place of a driver whose tasks run elsewhere. */
  public static final String DRIVER = "driver";

  /** The place of tasks in the driver's process: master {@code local}. */
  public static final String LOCAL = "local tasks";
}
