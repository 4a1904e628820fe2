package org.meanfield.image;

import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.SplittableRandom;
import javax.imageio.ImageIO;
import javax.imageio.stream.ImageOutputStream;
import javax.imageio.stream.MemoryCacheImageOutputStream;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.Loader;
import org.bytedeco.opencv.global.opencv_core;
import org.bytedeco.opencv.global.opencv_imgcodecs;
import org.bytedeco.opencv.opencv_core.Mat;
import org.meanfield.natives.NativePlatform;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads JPEGs with libjpeg-turbo, through OpenCV, on the calling thread. The pixels are those of
 * {@link JpegDecoder}, bit for bit; in less time. But it fills in what is damaged without a word,
 * so it is given only bytes that were decoded strictly before.
 *
 * <p>Source: both libraries implement the IJG's accurate integer transform and interpolation.
 */
final class NativeJpeg {
  private static final Logger LOG = LoggerFactory.getLogger(NativeJpeg.class);
  private static final boolean AVAILABLE = load();

  private NativeJpeg() {}

  /** Whether the natives are there; where not, one line in the log says so. */
  static boolean isAvailable() {
    return AVAILABLE;
  }

  /** Whether it is there and gives {@link JpegDecoder}'s pixels for this image. */
  static boolean reads(JpegStructure jpeg) {
    boolean color =
        jpeg.color() == JpegStructure.Color.GREY || jpeg.color() == JpegStructure.Color.YCBCR;
    return color && jpeg.layout() == JpegStructure.Layout.COMMON && AVAILABLE;
  }

  /**
   * The pixels of an image that {@link #reads} allows, with the wanted number of channels or, of a
   * grey image, with one.
   */
  static PixelImage decode(JpegStructure jpeg, int wantedChannels) {
    int height = jpeg.info().height();
    int width = jpeg.info().width();
    int channels = Math.min(wantedChannels, jpeg.info().channels());
    byte[] encoded = jpeg.essential().raw();
    try (BytePointer bytes = new BytePointer(encoded);
        Mat in = new Mat(1, encoded.length, opencv_core.CV_8UC1, bytes);
        Mat out = opencv_imgcodecs.imdecode(in, flags(channels))) {
      if (out.rows() != height || out.cols() != width || out.channels() != channels) {
        throw EncodedBytes.undecodable(
            "JPEG: the native reader makes " + out.rows() + "x" + out.cols() + " pixels of it");
      }
      byte[] pixels = new byte[height * width * channels];
      out.data().get(pixels);
      return new PixelImage(height, width, channels, pixels);
    }
  }

  private static int flags(int channels) {
    int color =
        channels == 1 ? opencv_imgcodecs.IMREAD_GRAYSCALE : opencv_imgcodecs.IMREAD_COLOR_RGB;
    return color | opencv_imgcodecs.IMREAD_IGNORE_ORIENTATION;
  }

  /** Another build of the library than the one tested here must not change what is trained on. */
  private static boolean givesTheStrictPixels() {
    for (int type : new int[] {BufferedImage.TYPE_BYTE_GRAY, BufferedImage.TYPE_3BYTE_BGR}) {
      JpegStructure jpeg = JpegStructure.walk(sample(type));
      for (int channels : new int[] {1, 3}) {
        PixelImage strict = ImageDecoder.withChannels(JpegDecoder.decode(jpeg, channels), channels);
        if (!strict.equals(ImageDecoder.withChannels(decode(jpeg, channels), channels))) {
          return false;
        }
      }
    }
    return true;
  }

  /** Slopes under noise, with sides that end inside a block. */
  private static byte[] sample(int type) {
    BufferedImage image = new BufferedImage(61, 43, type);
    SplittableRandom random = new SplittableRandom(1);
    for (int row = 0; row < image.getHeight(); row++) {
      for (int column = 0; column < image.getWidth(); column++) {
        int noise = random.nextInt(0x40);
        int red = 3 * column + noise;
        int green = 4 * row + noise;
        image.setRGB(column, row, (red << 16) | (green << 8) | ((red ^ green) & 0xFF));
      }
    }
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (ImageOutputStream stream = new MemoryCacheImageOutputStream(out)) {
      ImageIO.write(image, "jpg", stream);
    } catch (IOException e) {
      throw new UncheckedIOException("The JDK cannot write a JPEG to memory", e);
    }
    return out.toByteArray();
  }

  private static boolean load() {
    try {
      NativePlatform.choose();
      Loader.load(opencv_imgcodecs.class);
      opencv_core.setNumThreads(0);
      if (!givesTheStrictPixels()) {
        LOG.warn(
            "OpenCV's natives decode JPEGs to other pixels here than the JDK: they are not used,"
                + " and decoding takes about twice the time");
        return false;
      }
      return true;
    } catch (LinkageError e) {
      LOG.warn(
          "OpenCV's natives do not load here ({}): JPEGs are read by the JDK, with the same pixels,"
              + " in about twice the time",
          e.getMessage());
      return false;
    }
  }
}
