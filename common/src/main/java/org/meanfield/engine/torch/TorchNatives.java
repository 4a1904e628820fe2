package org.meanfield.engine.torch;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Properties;
import org.bytedeco.javacpp.Loader;
import org.bytedeco.openblas.global.openblas_nolapack;
import org.bytedeco.pytorch.global.torch;
import org.meanfield.engine.nd4j.NativeBackend;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * LibTorch's natives beside ND4J's in one process. ND4J's build is chosen first: JavaCPP reads that
 * choice once, whichever library comes first.
 */
final class TorchNatives {
  private static final Logger LOG = LoggerFactory.getLogger(TorchNatives.class);

  /** JavaCPP's name for the GPU build. */
  private static final String GPU = "-gpu";

  private static final String EXTENSION = "platform.extension";

  /**
   * No library has a build of this name. Where no extension is chosen JavaCPP tries all, mixes both
   * builds where both are on the class path, and the process ends.
   */
  private static final String NO_EXTENSION = "-none";

  private static final String GPU_ADVICE =
      " (these are its GPU natives, which need the libraries of CUDA 13 and cuDNN 9: name their"
          + " folders in LD_LIBRARY_PATH, or take the GPU natives off the class path)";

  /** What a driver for GPUs leaves in the file system, inside containers and in WSL too. */
  private static final List<Path> DRIVER =
      List.of(
          Path.of("/dev/nvidiactl"), Path.of("/proc/driver/nvidia/version"), Path.of("/dev/dxg"));

  /** The thread count that the current thread has been given; LibTorch keeps it by thread. */
  private static final ThreadLocal<Integer> GIVEN = ThreadLocal.withInitial(() -> 0);

  private TorchNatives() {}

  /** Why the natives cannot be loaded; empty where they are loaded. */
  static String problem() {
    return Holder.PROBLEM;
  }

  /**
   * Limits LibTorch's own threads on the calling thread, and on threads that have not used it yet,
   * and OpenBLAS's in the process: a process hosts replicas of one size only. LibTorch leaves
   * OpenBLAS alone, which would take every core, and another number of threads rounds otherwise.
   */
  static void useThreads(int threads) {
    if (GIVEN.get() != threads) {
      torch.set_num_threads(threads);
      openblas_nolapack.blas_set_num_threads(threads);
      GIVEN.set(threads);
    }
  }

  /** The vector instructions that LibTorch's kernels use here. */
  static String capability() {
    return torch.get_cpu_capability().getString();
  }

  /** How many GPUs this process can use: 0 with natives for processors only. */
  static int gpus() {
    return problem().isEmpty() && torch.hasCUDA() ? torch.cuda_device_count() : 0;
  }

  /** Whether the first GPU has instructions for bfloat16: Ampere and later do, Turing does not. */
  static boolean gpuComputesBf16() {
    return gpus() > 0 && torch.getCUDAHooks().supportsBFloat16ConvolutionWithCuDNNv8();
  }

  /** Why there is no GPU here, and what to do; empty where there is one. */
  static Optional<String> whyNoGpu() {
    if (gpus() > 0) {
      return Optional.empty();
    }
    if (torch.class.getResource(library(GPU)) == null) {
      return Optional.of(
          "LibTorch's GPU natives are not on the class path; build with -Pcuda and add"
              + " cuda/target/torch");
    }
    if (!torch.hasCUDA()) {
      return Optional.of(
          DRIVER.stream().anyMatch(Files::exists)
              ? "LibTorch's GPU natives did not find the libraries of CUDA 13 and cuDNN 9; name"
                  + " their folders in LD_LIBRARY_PATH"
              : "this machine has no NVIDIA driver");
    }
    return Optional.of("CUDA reports no device; look at nvidia-smi and at CUDA_VISIBLE_DEVICES");
  }

  /**
   * The GPU build computes on processors too, but loads only where CUDA's libraries are: it is
   * taken where a driver shows that somebody has set them up, or where there is no other build.
   */
  private static boolean gpuBuildIsWanted() {
    return torch.class.getResource(library(GPU)) != null
        && (DRIVER.stream().anyMatch(Files::exists)
            || torch.class.getResource(library("")) == null);
  }

  private static String library(String extension) {
    return "/org/bytedeco/pytorch/" + Loader.getPlatform() + extension + "/libtorch_cpu.so";
  }

  private static String load() {
    NativeBackend.load();
    try {
      // From here on: ND4J's own natives are loaded, and later classes of LibTorch ask again.
      Properties choice = Loader.loadProperties();
      if (gpuBuildIsWanted()) {
        choice.setProperty(EXTENSION, GPU);
      } else if (choice.getProperty(EXTENSION) == null) {
        choice.setProperty(EXTENSION, NO_EXTENSION);
      }
      Loader.load(torch.class);
      return "";
    } catch (UnsatisfiedLinkError | NoClassDefFoundError e) {
      LOG.debug("LibTorch's natives are not here", e);
      return gpuBuildIsWanted() ? e.getMessage() + GPU_ADVICE : String.valueOf(e.getMessage());
    }
  }

  private static final class Holder {
    static final String PROBLEM = load();
  }
}
