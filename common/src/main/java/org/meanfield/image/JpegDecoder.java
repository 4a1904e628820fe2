package org.meanfield.image;

import java.awt.image.DataBufferByte;
import java.awt.image.Raster;
import java.io.IOException;
import java.util.Iterator;
import java.util.Locale;
import javax.imageio.ImageReader;
import javax.imageio.event.IIOReadWarningListener;
import javax.imageio.spi.IIORegistry;
import javax.imageio.spi.ImageReaderSpi;
import javax.imageio.stream.MemoryCacheImageInputStream;
import org.meanfield.image.BadImageException.Reason;

/**
 * Reads JPEG with the JDK's reader, as raw components: their colours are converted here, because
 * the JDK guesses the colour space of files without JFIF marker differently than other decoders.
 */
final class JpegDecoder {
  private JpegDecoder() {}

  static PixelImage decode(JpegStructure jpeg, int channels) {
    byte[] components = components(jpeg);
    int height = jpeg.info().height();
    int width = jpeg.info().width();
    int pixels = height * width;
    return switch (jpeg.color()) {
      case GREY -> new PixelImage(height, width, 1, components);
      case RGB -> new PixelImage(height, width, 3, components);
      case YCBCR ->
          channels == 1
              ? new PixelImage(height, width, 1, everyThird(components, pixels)) // Y is the luma
              : new PixelImage(height, width, 3, toRgb(components, pixels));
      case CMYK, CMYK_INVERTED, YCCK_INVERTED ->
          new PixelImage(height, width, 3, inkToRgb(components, pixels, jpeg.color()));
    };
  }

  private static byte[] components(JpegStructure jpeg) {
    ImageReader reader = JdkReader.open();
    Warnings warnings = new Warnings();
    try (MemoryCacheImageInputStream in =
        new MemoryCacheImageInputStream(jpeg.essential().stream())) {
      reader.addIIOReadWarningListener(warnings);
      reader.setInput(in, true, true);
      Raster raster = reader.readRaster(0, null);
      warnings.refuse();
      if (raster.getDataBuffer() instanceof DataBufferByte buffer
          && buffer.getNumBanks() == 1
          && buffer.getSize() == jpeg.info().pixels() * jpeg.info().channels()) {
        return buffer.getData();
      }
      throw EncodedBytes.undecodable("JPEG: the image data does not have the header's size");
    } catch (IOException | RuntimeException e) {
      if (e instanceof BadImageException bad) {
        throw bad;
      }
      throw new BadImageException(
          Reason.UNDECODABLE, "JPEG: the image data cannot be decoded: " + e.getMessage(), e);
    } finally {
      reader.dispose();
    }
  }

  private static byte[] everyThird(byte[] components, int pixels) {
    byte[] first = new byte[pixels];
    for (int i = 0; i < pixels; i++) {
      first[i] = components[3 * i];
    }
    return first;
  }

  /** Ownership: rewrites the array in place and returns it. */
  private static byte[] toRgb(byte[] components, int pixels) {
    for (int i = 0; i < 3 * pixels; i += 3) {
      int y = components[i] & 0xFF;
      int cb = components[i + 1] & 0xFF;
      int cr = components[i + 2] & 0xFF;
      components[i] = (byte) Samples.red(y, cr);
      components[i + 1] = (byte) Samples.green(y, cb, cr);
      components[i + 2] = (byte) Samples.blue(y, cb);
    }
    return components;
  }

  private static byte[] inkToRgb(byte[] ink, int pixels, JpegStructure.Color color) {
    byte[] rgb = new byte[3 * pixels];
    for (int i = 0; i < pixels; i++) {
      int c = ink[4 * i] & 0xFF;
      int m = ink[4 * i + 1] & 0xFF;
      int y = ink[4 * i + 2] & 0xFF;
      int k = ink[4 * i + 3] & 0xFF;
      if (color == JpegStructure.Color.YCCK_INVERTED) {
        int luma = c;
        int cb = m;
        int cr = y;
        c = 255 - Samples.red(luma, cr);
        m = 255 - Samples.green(luma, cb, cr);
        y = 255 - Samples.blue(luma, cb);
      }
      boolean inverted = color != JpegStructure.Color.CMYK;
      int light = inverted ? k : 255 - k;
      rgb[3 * i] = (byte) Samples.product(inverted ? c : 255 - c, light);
      rgb[3 * i + 1] = (byte) Samples.product(inverted ? m : 255 - m, light);
      rgb[3 * i + 2] = (byte) Samples.product(inverted ? y : 255 - y, light);
    }
    return rgb;
  }

  /** The JDK's own reader, found by its name among all that are registered. */
  private static final class JdkReader {
    private static final ImageReaderSpi SPI = find();

    static ImageReader open() {
      try {
        return SPI.createReaderInstance();
      } catch (IOException e) {
        throw new IllegalStateException("The JDK's JPEG reader cannot be created", e);
      }
    }

    private static ImageReaderSpi find() {
      Iterator<ImageReaderSpi> all =
          IIORegistry.getDefaultInstance().getServiceProviders(ImageReaderSpi.class, true);
      while (all.hasNext()) {
        ImageReaderSpi spi = all.next();
        if (spi.getClass().getName().startsWith("com.sun.imageio.plugins.jpeg.")) {
          return spi;
        }
      }
      throw new IllegalStateException(
          "The JDK's JPEG reader is not registered with ImageIO; use a JDK with the java.desktop"
              + " module, and remove ImageIO plug-ins that deregister it");
    }
  }

  /**
   * Collects what the reader only warns of. Every warning means pixels that are not in the file,
   * filled in or skipped over, except the two named ones, which concern headers.
   */
  private static final class Warnings implements IIOReadWarningListener {
    private String first = "";

    @Override
    public void warningOccurred(ImageReader source, String warning) {
      boolean harmless =
          warning.startsWith("Invalid SOS parameters for sequential JPEG")
              || warning.startsWith("Unknown Adobe color transform code");
      if (first.isEmpty() && !harmless) {
        first = warning;
      }
    }

    void refuse() {
      if (!first.isEmpty()) {
        boolean cut = first.toLowerCase(Locale.ROOT).contains("premature end");
        throw new BadImageException(
            cut ? Reason.TRUNCATED : Reason.UNDECODABLE,
            "JPEG: the image data is damaged: " + first);
      }
    }
  }
}
