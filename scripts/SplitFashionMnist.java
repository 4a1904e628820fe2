import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.GZIPInputStream;

/**
 * Makes one delivery of Fashion-MNIST for {@code scripts/demo-retrain}: {@code java
 * SplitFashionMnist.java SOURCE TARGET FROM TO [KIND]} writes training images FROM (inclusive) to
 * TO. KIND {@code with-test} adds the 10,000 test images; {@code mislabelled} gives every image the
 * label of the next class, as a shifted column in a spreadsheet does. The JDK alone is enough.
 */
public final class SplitFashionMnist {
  private static final int CLASSES = 10;
  private static final int IMAGE_MAGIC = 0x803;
  private static final int LABEL_MAGIC = 0x801;
  private static final int PIXELS = 28 * 28;

  private SplitFashionMnist() {}

  /** Writes the delivery under a hidden name and renames it when it is whole. */
  public static void main(String[] args) throws IOException {
    Path source = Path.of(args[0]);
    Path target = Path.of(args[1]);
    String kind = args.length > 4 ? args[4] : "plain";
    if (Files.exists(target)) {
      return;
    }
    Path hidden = target.resolveSibling("." + target.getFileName());
    Files.createDirectories(hidden);
    int from = Integer.parseInt(args[2]);
    int to = Integer.parseInt(args[3]);
    copy(source, "train", hidden, from, to, kind.equals("mislabelled") ? 1 : 0);
    if (kind.equals("with-test")) {
      copy(source, "t10k", hidden, 0, 10_000, 0);
    }
    Files.move(hidden, target);
  }

  private static void copy(Path source, String part, Path target, int from, int to, int shift)
      throws IOException {
    byte[] images = read(source, part + "-images-idx3-ubyte", 4, from, to, PIXELS);
    byte[] labels = read(source, part + "-labels-idx1-ubyte", 2, from, to, 1);
    for (int i = 0; i < labels.length; i++) {
      labels[i] = (byte) ((labels[i] + shift) % CLASSES);
    }
    write(target.resolve(part + "-images-idx3-ubyte"), images, IMAGE_MAGIC, to - from, 28, 28);
    write(target.resolve(part + "-labels-idx1-ubyte"), labels, LABEL_MAGIC, to - from);
  }

  /** The bytes of items {@code from} to {@code to} behind a header of so many integers. */
  private static byte[] read(Path folder, String name, int header, int from, int to, int bytes)
      throws IOException {
    Path plain = folder.resolve(name);
    Path file = Files.exists(plain) ? plain : folder.resolve(name + ".gz");
    try (InputStream raw = Files.newInputStream(file);
        DataInputStream in =
            new DataInputStream(file == plain ? raw : new GZIPInputStream(raw, 1 << 16))) {
      in.skipNBytes(4L * header + (long) from * bytes);
      return in.readNBytes((to - from) * bytes);
    }
  }

  private static void write(Path file, byte[] content, int... header) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(content.length + 16);
    DataOutputStream out = new DataOutputStream(bytes);
    for (int number : header) {
      out.writeInt(number);
    }
    out.write(content);
    Files.write(file, bytes.toByteArray());
  }
}
