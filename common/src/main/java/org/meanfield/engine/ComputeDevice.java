package org.meanfield.engine;

import java.io.Serializable;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.meanfield.error.SettingsException;

/**
 * Where a replica computes. Written {@code cpu}, or {@code cuda:N} for the N-th GPU that CUDA sees.
 *
 * @param kind processor or GPU
 * @param index 0-based; 0 for the processor
 */
public record ComputeDevice(Kind kind, int index) implements Serializable {
  private static final long serialVersionUID = 1L;
  private static final Pattern CUDA = Pattern.compile("cuda(?::(\\d{1,4}))?");

  /** The processor. */
  public static final ComputeDevice CPU = new ComputeDevice(Kind.CPU, 0);

  /** What kinds of device there are. */
  public enum Kind {
    /** The processor. */
    CPU,
    /** A GPU of NVIDIA. */
    CUDA
  }

  /** Checks the index. */
  public ComputeDevice {
    if (index < 0 || (kind == Kind.CPU && index != 0)) {
      throw new IllegalArgumentException("There is no device " + index + " of kind " + kind);
    }
  }

  /** The GPU of that index. */
  public static ComputeDevice cuda(int index) {
    return new ComputeDevice(Kind.CUDA, index);
  }

  /**
   * From its written form; {@code cuda} alone is {@code cuda:0}.
   *
   * @throws SettingsException for anything else
   */
  public static ComputeDevice parse(String text) {
    if (text.equals("cpu")) {
      return CPU;
    }
    Matcher cuda = CUDA.matcher(text);
    if (!cuda.matches()) {
      throw new SettingsException(
          "There is no device '" + text + "'; devices are cpu and cuda:N, such as cuda:0");
    }
    return cuda(cuda.group(1) == null ? 0 : Integer.parseInt(cuda.group(1)));
  }

  /** True for a GPU. */
  public boolean isCuda() {
    return kind == Kind.CUDA;
  }

  /** The form that {@link #parse} reads. */
  @Override
  public String toString() {
    return isCuda() ? "cuda:" + index : "cpu";
  }
}
