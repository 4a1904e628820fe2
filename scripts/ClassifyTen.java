import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.GZIPInputStream;
import javax.imageio.ImageIO;
import org.meanfield.export.Classification;
import org.meanfield.export.Classifier;

/**
 * Classifies the first ten Fashion-MNIST test images with an exported model, in a plain Java
 * program: {@code java -cp ... scripts/ClassifyTen.java EXPORT FASHION_MNIST_FOLDER IMAGES}. The
 * ten images are left in the folder IMAGES as PNG files.
 */
public final class ClassifyTen {
  private static final int COUNT = 10;

  private ClassifyTen() {}

  /** Prints a line per image: what it is, and what the model takes it for. */
  public static void main(String[] args) throws IOException {
    Path images = Files.createDirectories(Path.of(args[2]));
    try (Classifier classifier = Classifier.load(Path.of(args[0]));
        DataInputStream pixels = open(Path.of(args[1], "t10k-images-idx3-ubyte"));
        DataInputStream labels = open(Path.of(args[1], "t10k-labels-idx1-ubyte"))) {
      pixels.skipNBytes(8);
      int height = pixels.readInt();
      int width = pixels.readInt();
      labels.skipNBytes(8);
      int right = 0;
      for (int i = 0; i < COUNT; i++) {
        byte[] png = png(pixels.readNBytes(height * width), width);
        Path file = Files.write(images.resolve("test-" + i + ".png"), png);
        String truth = classifier.classes().name(labels.readUnsignedByte());
        Classification answer = classifier.classify(png);
        right += answer.label().equals(truth) ? 1 : 0;
        System.out.printf(
            "%-12s is %-12s classified as %-12s %5.1f %%%n",
            file.getFileName(), truth, answer.label(), 100 * answer.probability());
      }
      System.out.printf("%d of %d right%n", right, COUNT);
    }
  }

  private static DataInputStream open(Path file) throws IOException {
    Path gzipped = file.resolveSibling(file.getFileName() + ".gz");
    InputStream in =
        Files.exists(gzipped)
            ? new GZIPInputStream(Files.newInputStream(gzipped))
            : Files.newInputStream(file);
    return new DataInputStream(in);
  }

  private static byte[] png(byte[] grey, int width) {
    BufferedImage image =
        new BufferedImage(width, grey.length / width, BufferedImage.TYPE_BYTE_GRAY);
    image.getRaster().setDataElements(0, 0, width, grey.length / width, grey);
    try (ByteArrayOutputStream out = new ByteArrayOutputStream()) {
      ImageIO.write(image, "png", out);
      return out.toByteArray();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
