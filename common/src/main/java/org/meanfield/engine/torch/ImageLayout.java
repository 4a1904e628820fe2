package org.meanfield.engine.torch;

import org.bytedeco.pytorch.global.torch.MemoryFormat;

/**
 * In which order the values of images, and of all that convolutions make of them, lie in memory.
 * Parameters, and what goes in and comes out, do not depend on it; last bits do.
 */
public enum ImageLayout {
  /** All channels of a pixel together, as the engine trains; docs/engines.md has both speeds. */
  CHANNELS_LAST(MemoryFormat.ChannelsLast),
  /**
   * All pixels of a channel together. LibTorch adds up batch statistics in double precision here,
   * but one after another in single precision in the other.
   */
  CONTIGUOUS(MemoryFormat.Contiguous);

  private final MemoryFormat format;

  ImageLayout(MemoryFormat format) {
    this.format = format;
  }

  MemoryFormat format() {
    return format;
  }
}
