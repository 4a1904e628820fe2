package org.meanfield.image;

import java.util.Locale;

/** Whether training images may be mirrored. */
public enum FlipPolicy {
  /** Never: digits, letters, anything where left and right differ. */
  NONE,
  /** Left and right swapped for half of the images. */
  HORIZONTAL;

  /** The name in settings and files: {@code none}, {@code horizontal}. */
  public String id() {
    return name().toLowerCase(Locale.ROOT);
  }
}
