package org.meanfield.data;

import java.util.Locale;

/**
 * How an image of any size becomes one of the spec's size. An image that already has it is never
 * touched.
 */
public enum ResizePolicy {
  /** Scale each side on its own; changes the aspect ratio. */
  STRETCH,
  /** Scale until it fits inside, pad the rest with black, centred. */
  PAD,
  /** Scale until it covers, cut the rest off, centred. */
  CROP;

  /** The name in settings and files: {@code stretch}, {@code pad}, {@code crop}. */
  public String id() {
    return name().toLowerCase(Locale.ROOT);
  }
}
