package org.meanfield.bench;

import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.image.BufferedImage;
import java.awt.image.WritableRaster;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Random;
import javax.imageio.IIOImage;
import javax.imageio.ImageIO;
import javax.imageio.ImageWriteParam;
import javax.imageio.ImageWriter;
import javax.imageio.stream.ImageOutputStream;

/**
 * Pictures of shapes and a little noise: about as many bytes as photographs of their size have. A
 * picture's number decides what it shows.
 */
final class MadeImages {
  private static final int NOISE = 4;
  private static final float JPEG_QUALITY = 0.85f;

  private MadeImages() {}

  /** A picture as a file. */
  static byte[] encoded(int height, int width, int channels, String format, int number) {
    return encode(picture(height, width, channels, new Random(number)), format);
  }

  private static BufferedImage picture(int height, int width, int channels, Random random) {
    int type = channels == 1 ? BufferedImage.TYPE_BYTE_GRAY : BufferedImage.TYPE_3BYTE_BGR;
    BufferedImage image = new BufferedImage(width, height, type);
    Graphics2D graphics = image.createGraphics();
    graphics.setRenderingHint(RenderingHints.KEY_ANTIALIASING, RenderingHints.VALUE_ANTIALIAS_ON);
    graphics.setColor(color(random));
    graphics.fillRect(0, 0, width, height);
    for (int shape = 0; shape < 12; shape++) {
      graphics.setColor(color(random));
      int x = random.nextInt(width);
      int y = random.nextInt(height);
      graphics.fillOval(
          x - width / 6, y - height / 6, 1 + random.nextInt(width / 2), 1 + height / 3);
      graphics.drawLine(x, y, random.nextInt(width), random.nextInt(height));
    }
    graphics.dispose();
    WritableRaster raster = image.getRaster();
    for (int row = 0; row < height; row++) {
      for (int column = 0; column < width; column++) {
        for (int channel = 0; channel < channels; channel++) {
          int value =
              raster.getSample(column, row, channel) + random.nextInt(2 * NOISE + 1) - NOISE;
          raster.setSample(column, row, channel, Math.max(0, Math.min(255, value)));
        }
      }
    }
    return image;
  }

  private static Color color(Random random) {
    return new Color(random.nextInt(0x1000000));
  }

  private static byte[] encode(BufferedImage image, String format) {
    ImageWriter writer = ImageIO.getImageWritersByFormatName(format).next();
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (ImageOutputStream stream = ImageIO.createImageOutputStream(out)) {
      ImageWriteParam param = writer.getDefaultWriteParam();
      if (format.equals("jpg")) {
        param.setCompressionMode(ImageWriteParam.MODE_EXPLICIT);
        param.setCompressionQuality(JPEG_QUALITY);
      }
      writer.setOutput(stream);
      writer.write(null, new IIOImage(image, null, null), param);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } finally {
      writer.dispose();
    }
    return out.toByteArray();
  }
}
