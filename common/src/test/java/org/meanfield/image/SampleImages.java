package org.meanfield.image;

import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Iterator;
import java.util.function.Consumer;
import javax.imageio.IIOImage;
import javax.imageio.ImageIO;
import javax.imageio.ImageTypeSpecifier;
import javax.imageio.ImageWriteParam;
import javax.imageio.ImageWriter;
import javax.imageio.stream.ImageOutputStream;

/** Pictures made in the test: a smooth coloured gradient with an edge in it. */
final class SampleImages {
  private SampleImages() {}

  static PixelImage picture(int height, int width, int channels) {
    byte[] pixels = new byte[height * width * channels];
    int at = 0;
    for (int row = 0; row < height; row++) {
      for (int column = 0; column < width; column++) {
        for (int channel = 0; channel < channels; channel++) {
          int base = channel == 0 ? row * 255 / height : channel == 1 ? column * 255 / width : 90;
          pixels[at++] = (byte) (column > width / 2 && row > height / 3 ? 255 - base : base);
        }
      }
    }
    return new PixelImage(height, width, channels, pixels);
  }

  /** As a BufferedImage of the given type; alpha 255. */
  static BufferedImage buffered(PixelImage picture, int type) {
    BufferedImage image = new BufferedImage(picture.width(), picture.height(), type);
    for (int row = 0; row < picture.height(); row++) {
      for (int column = 0; column < picture.width(); column++) {
        int red = picture.value(row, column, 0);
        int green = picture.channels() == 3 ? picture.value(row, column, 1) : red;
        int blue = picture.channels() == 3 ? picture.value(row, column, 2) : red;
        if (picture.channels() == 1 && image.getRaster().getNumBands() == 1) {
          int scale = image.getRaster().getSampleModel().getSampleSize(0) == 16 ? 257 : 1;
          image.getRaster().setSample(column, row, 0, red * scale);
        } else {
          image.setRGB(column, row, 0xFF << 24 | red << 16 | green << 8 | blue);
        }
      }
    }
    return image;
  }

  static byte[] written(BufferedImage image, String format) {
    try {
      ByteArrayOutputStream out = new ByteArrayOutputStream();
      if (!ImageIO.write(image, format, out)) {
        throw new IllegalStateException("No writer of " + format + " for " + image);
      }
      return out.toByteArray();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** With {@code mode} applied to the writer's parameters. */
  static byte[] written(BufferedImage image, String format, Consumer<ImageWriteParam> mode) {
    Iterator<ImageWriter> writers =
        ImageIO.getImageWriters(ImageTypeSpecifier.createFromRenderedImage(image), format);
    ImageWriter writer = writers.next();
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (ImageOutputStream stream = ImageIO.createImageOutputStream(out)) {
      ImageWriteParam param = writer.getDefaultWriteParam();
      mode.accept(param);
      writer.setOutput(stream);
      writer.write(null, new IIOImage(image, null, null), param);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } finally {
      writer.dispose();
    }
    return out.toByteArray();
  }

  static byte[] jpeg(int height, int width) {
    return written(buffered(picture(height, width, 3), BufferedImage.TYPE_INT_RGB), "jpg");
  }

  static byte[] png(int height, int width) {
    return written(buffered(picture(height, width, 3), BufferedImage.TYPE_INT_RGB), "png");
  }

  static byte[] gif(int height, int width) {
    return written(buffered(picture(height, width, 3), BufferedImage.TYPE_BYTE_INDEXED), "gif");
  }

  static byte[] bmp(int height, int width) {
    return written(buffered(picture(height, width, 3), BufferedImage.TYPE_INT_RGB), "bmp");
  }
}
