package org.meanfield.jobs.ingest;

import java.util.List;
import java.util.Random;
import org.meanfield.image.PixelImage;

/** Generated pictures of three classes that a network can tell apart. */
public final class TinyImages {
  /** Class names in label order. */
  public static final List<String> CLASSES = List.of("disc", "square", "stripes");

  /** Height and width in pixels. */
  public static final int SIZE = 16;

  private TinyImages() {}

  /** A colour picture: a bright shape of random place and colour on a dark noisy ground. */
  public static PixelImage draw(String name, long seed) {
    Random random = new Random(31 * seed + name.hashCode());
    byte[] pixels = new byte[SIZE * SIZE * 3];
    int centreRow = 6 + random.nextInt(4);
    int centreColumn = 6 + random.nextInt(4);
    int[] colour = {
      150 + random.nextInt(100), 150 + random.nextInt(100), 150 + random.nextInt(100)
    };
    for (int row = 0; row < SIZE; row++) {
      for (int column = 0; column < SIZE; column++) {
        boolean inside = inside(name, row - centreRow, column - centreColumn);
        for (int channel = 0; channel < 3; channel++) {
          pixels[(row * SIZE + column) * 3 + channel] =
              (byte) (inside ? colour[channel] : random.nextInt(50));
        }
      }
    }
    return new PixelImage(SIZE, SIZE, 3, pixels);
  }

  private static boolean inside(String name, int row, int column) {
    return switch (name) {
      case "disc" -> row * row + column * column <= 20;
      case "square" -> Math.max(Math.abs(row), Math.abs(column)) == 5;
      case "stripes" -> Math.floorMod(row, 4) < 2;
      default -> throw new IllegalArgumentException("No picture of a " + name);
    };
  }
}
