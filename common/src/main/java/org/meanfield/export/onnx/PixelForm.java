package org.meanfield.export.onnx;

import onnx.Onnx.TensorProto;

/** How an exported graph takes its images. */
public enum PixelForm {
  /** float32 {@code [N, C, H, W]}, as networks compute. */
  FLOAT_PLANES(TensorProto.DataType.FLOAT),
  /** uint8 {@code [N, H, W, C]}, as programs hold images, in a quarter of the bytes. */
  BYTE_ROWS(TensorProto.DataType.UINT8);

  private final TensorProto.DataType type;

  PixelForm(TensorProto.DataType type) {
    this.type = type;
  }

  TensorProto.DataType type() {
    return type;
  }

  long[] shape(long channels, long height, long width) {
    return this == FLOAT_PLANES
        ? new long[] {channels, height, width}
        : new long[] {height, width, channels};
  }
}
