package org.meanfield.bench;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.zip.GZIPInputStream;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.factory.Nd4j;

/**
 * A split of Fashion-MNIST in memory, for the half that does not read Meanfield's data sets, and
 * for cutting smaller data sets.
 */
final class FashionMnist {
  private static final String IMAGES = "-images-idx3-ubyte";
  private static final String LABELS = "-labels-idx1-ubyte";
  private static final int IMAGE_FILE = 0x803;
  private static final int LABEL_FILE = 0x801;
  static final int SIDE = 28;
  static final int CLASSES = 10;
  // The training images' own mean and deviation, of pixels 0 to 255.
  static final float MEAN = 72.940f;
  static final float DEVIATION = 90.021f;

  private final byte[][] images;
  private final byte[] labels;

  private FashionMnist(byte[][] images, byte[] labels) {
    this.images = images;
    this.labels = labels;
  }

  /** The 60,000 training images. */
  static FashionMnist training(String folder) throws IOException {
    return read(Path.of(folder), "train");
  }

  /** The 10,000 test images. */
  static FashionMnist test(String folder) throws IOException {
    return read(Path.of(folder), "t10k");
  }

  int size() {
    return images.length;
  }

  /** The first images of this split. */
  FashionMnist first(int count) {
    return new FashionMnist(Arrays.copyOf(images, count), Arrays.copyOf(labels, count));
  }

  /**
   * Writes images of this split as two IDX files, under the names that it is read by.
   *
   * @param count where it has fewer, they come again and again, told apart by their first pixel
   */
  void write(Path folder, String prefix, int count) throws IOException {
    Files.createDirectories(folder);
    try (DataOutputStream out = create(folder, prefix + IMAGES)) {
      out.writeInt(IMAGE_FILE);
      out.writeInt(count);
      out.writeInt(SIDE);
      out.writeInt(SIDE);
      for (int i = 0; i < count; i++) {
        byte[] image = images[i % images.length].clone();
        image[0] += (byte) (i / images.length);
        out.write(image);
      }
    }
    try (DataOutputStream out = create(folder, prefix + LABELS)) {
      out.writeInt(LABEL_FILE);
      out.writeInt(count);
      for (int i = 0; i < count; i++) {
        out.write(labels[i % labels.length]);
      }
    }
  }

  int label(int index) {
    return labels[index];
  }

  /** Shuffled minibatches, normalised, with one-hot labels. */
  List<DataSet> minibatches(int batchSize, long seed) {
    List<Integer> order = new ArrayList<>(images.length);
    for (int i = 0; i < images.length; i++) {
      order.add(i);
    }
    Collections.shuffle(order, new Random(seed));
    List<DataSet> minibatches = new ArrayList<>();
    for (int first = 0; first < order.size(); first += batchSize) {
      minibatches.add(minibatch(order.subList(first, Math.min(first + batchSize, order.size()))));
    }
    return minibatches;
  }

  /** Images and one-hot labels in the given order. */
  DataSet minibatch(List<Integer> indices) {
    float[] pixels = new float[indices.size() * SIDE * SIDE];
    float[] targets = new float[indices.size() * CLASSES];
    int offset = 0;
    for (int row = 0; row < indices.size(); row++) {
      for (byte pixel : images[indices.get(row)]) {
        pixels[offset++] = ((pixel & 0xFF) - MEAN) / DEVIATION;
      }
      targets[row * CLASSES + labels[indices.get(row)]] = 1;
    }
    return new DataSet(
        Nd4j.createFromArray(pixels).reshape(indices.size(), 1, SIDE, SIDE),
        Nd4j.createFromArray(targets).reshape(indices.size(), CLASSES));
  }

  private static FashionMnist read(Path folder, String prefix) throws IOException {
    byte[][] images;
    try (DataInputStream in = open(folder, prefix + IMAGES)) {
      require(in.readInt() == IMAGE_FILE, folder, prefix);
      images = new byte[in.readInt()][SIDE * SIDE];
      require(in.readLong() == ((long) SIDE << 32 | SIDE), folder, prefix); // rows, columns
      for (byte[] image : images) {
        in.readFully(image);
      }
    }
    byte[] labels;
    try (DataInputStream in = open(folder, prefix + LABELS)) {
      require(in.readInt() == LABEL_FILE && in.readInt() == images.length, folder, prefix);
      labels = new byte[images.length];
      in.readFully(labels);
    }
    return new FashionMnist(images, labels);
  }

  private static DataInputStream open(Path folder, String name) throws IOException {
    Path zipped = folder.resolve(name + ".gz");
    return new DataInputStream(
        new BufferedInputStream(
            Files.exists(zipped)
                ? new GZIPInputStream(Files.newInputStream(zipped))
                : Files.newInputStream(folder.resolve(name))));
  }

  private static DataOutputStream create(Path folder, String name) throws IOException {
    return new DataOutputStream(
        new BufferedOutputStream(Files.newOutputStream(folder.resolve(name))));
  }

  private static void require(boolean holds, Path folder, String prefix) throws IOException {
    if (!holds) {
      throw new IOException(
          folder + " holds no Fashion-MNIST: the headers of '" + prefix + "' are others");
    }
  }
}
