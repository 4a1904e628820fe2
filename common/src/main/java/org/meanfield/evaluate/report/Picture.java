package org.meanfield.evaluate.report;

import java.io.Serializable;
import java.util.Base64;

/**
 * A small picture that can stand inside a page.
 *
 * @param width in pixels
 * @param height in pixels
 * @param dataUri the encoded picture as a {@code data:} address
 */
public record Picture(int width, int height, String dataUri) implements Serializable {

  /** From a PNG file's bytes, which are copied. */
  public static Picture ofPng(int width, int height, byte[] png) {
    return new Picture(
        width, height, "data:image/png;base64," + Base64.getEncoder().encodeToString(png));
  }
}
