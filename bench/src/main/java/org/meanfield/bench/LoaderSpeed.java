package org.meanfield.bench;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import javax.imageio.ImageIO;
import org.meanfield.data.ImageSpec;
import org.meanfield.data.Normalization;
import org.meanfield.data.ResizePolicy;
import org.meanfield.engine.MinibatchAssembler;
import org.meanfield.image.Augmentation;
import org.meanfield.image.FlipPolicy;
import org.meanfield.image.ImageDecoder;
import org.meanfield.image.PixelImage;
import org.meanfield.image.ResizedCrop;
import org.meanfield.jobs.spark.LogConfiguration;

/**
 * Images/s of one thread that turns encoded images in memory into minibatches: decode, random crop,
 * flip, normalise. Run in a process of its own: {@code LoaderSpeed TASK.json FIGURES.json}.
 */
public final class LoaderSpeed {
  private static final int BATCH_SIZE = 64;

  private final Task task;
  private final List<byte[]> encoded;
  private final MinibatchAssembler assembler;
  private final Augmentation augmentation;
  private long done;
  private float check;

  private LoaderSpeed(Task task) {
    Images images = task.images();
    this.task = task;
    this.encoded = images.made();
    this.assembler =
        new MinibatchAssembler(
            new ImageSpec(
                images.side,
                images.side,
                images.channels,
                ResizePolicy.STRETCH,
                Normalization.unitRange(images.channels)));
    int padding = images.isCropped() ? 0 : images.side / 8;
    this.augmentation = new Augmentation(padding, FlipPolicy.HORIZONTAL, 0);
  }

  /** What is read. */
  enum Images {
    /** Grey, as Fashion-MNIST. */
    PNG_28("28x28 PNG, grey", 28, 28, 28, 1, "png", 2000),
    /** As CIFAR-10. */
    JPEG_32("32x32 JPEG", 32, 32, 32, 3, "jpg", 2000),
    /** As ImageNet. */
    JPEG_500("500x375 JPEG to a random 224 crop", 375, 500, 224, 3, "jpg", 100);

    private final String label;
    private final int height;
    private final int width;
    private final int side;
    private final int channels;
    private final String format;
    private final int count;

    Images(String label, int height, int width, int side, int channels, String format, int count) {
      this.label = label;
      this.height = height;
      this.width = width;
      this.side = side;
      this.channels = channels;
      this.format = format;
      this.count = count;
    }

    String label() {
      return label;
    }

    private boolean isCropped() {
      return side < height;
    }

    private List<byte[]> made() {
      List<byte[]> images = new ArrayList<>();
      for (int i = 0; i < count; i++) {
        images.add(MadeImages.encoded(height, width, channels, format, i));
      }
      return images;
    }
  }

  /** Who decodes. */
  enum Reader {
    /** {@code ImageIO.read}, as most Java programs do. */
    IMAGE_IO("ImageIO"),
    /** The decoder of images from anywhere. */
    STRICT("ours, any image"),
    /** The decoder of images that ingest has decoded before. */
    VERIFIED("ours, in training");

    private final String label;

    Reader(String label) {
      this.label = label;
    }

    String label() {
      return label;
    }

    private PixelImage read(byte[] encoded, int channels) {
      return switch (this) {
        case IMAGE_IO -> byImageIo(encoded, channels);
        case STRICT -> ImageDecoder.decode(encoded, channels);
        case VERIFIED -> ImageDecoder.decodeVerified(encoded, channels);
      };
    }
  }

  /**
   * What is measured.
   *
   * @param images that are read
   * @param reader that decodes them
   * @param timing how long
   */
  record Task(Images images, Reader reader, Timing timing) {}

  /** Measures and writes the figures. */
  public static void main(String[] args) throws IOException {
    LogConfiguration.applyUnlessConfigured();
    ImageIO.setUseCache(false);
    Task task = new ObjectMapper().readValue(Path.of(args[0]).toFile(), Task.class);
    LoaderSpeed speed = new LoaderSpeed(task);
    List<Double> windows = new ArrayList<>();
    speed.imagesPerSecond(task.timing().warmUpSeconds());
    for (int window = 0; window < task.timing().windows(); window++) {
      windows.add(speed.imagesPerSecond(task.timing().windowSeconds()));
    }
    double bytes = speed.encoded.stream().mapToInt(image -> image.length).average().orElseThrow();
    Map<String, Double> figures =
        Map.of(
            "bytes an image", bytes,
            "different images", (double) speed.encoded.size(),
            "check", (double) speed.check);
    new Outcome.Measured(windows, task.reader().label(), figures).write(Path.of(args[1]));
  }

  private double imagesPerSecond(double seconds) {
    long start = System.nanoTime();
    long images = 0;
    double elapsed;
    do {
      minibatch();
      images += BATCH_SIZE;
      elapsed = (System.nanoTime() - start) / 1e9;
    } while (elapsed < seconds);
    return images / elapsed;
  }

  private void minibatch() {
    Images kind = task.images();
    List<PixelImage> images = new ArrayList<>(BATCH_SIZE);
    for (int i = 0; i < BATCH_SIZE; i++) {
      byte[] bytes = encoded.get((int) (done % encoded.size()));
      PixelImage image = task.reader().read(bytes, kind.channels);
      if (kind.isCropped()) {
        image = ResizedCrop.apply(image, kind.side, kind.side, done);
      }
      images.add(augmentation.apply(image, done));
      done++;
    }
    // The figure keeps the compiler from leaving anything out.
    check = assembler.forTraining(images, new int[BATCH_SIZE], 10, 0).pixels().get(77);
  }

  private static PixelImage byImageIo(byte[] encoded, int channels) {
    BufferedImage image;
    try {
      image = ImageIO.read(new ByteArrayInputStream(encoded));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    int width = image.getWidth();
    int height = image.getHeight();
    byte[] pixels = new byte[width * height * channels];
    if (channels == 1) {
      image.getRaster().getDataElements(0, 0, width, height, pixels);
    } else {
      int[] colors = image.getRGB(0, 0, width, height, null, 0, width);
      for (int i = 0; i < colors.length; i++) {
        pixels[3 * i] = (byte) (colors[i] >> 16);
        pixels[3 * i + 1] = (byte) (colors[i] >> 8);
        pixels[3 * i + 2] = (byte) colors[i];
      }
    }
    return new PixelImage(height, width, channels, pixels);
  }
}
