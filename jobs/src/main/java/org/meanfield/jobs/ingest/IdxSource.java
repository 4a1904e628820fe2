package org.meanfield.jobs.ingest;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.api.java.function.FlatMapFunction;
import org.apache.spark.sql.SparkSession;
import org.meanfield.data.Split;
import org.meanfield.error.DataException;
import org.meanfield.image.PixelImage;
import org.meanfield.image.PngEncoder;
import org.meanfield.jobs.spark.Parcel;
import org.meanfield.jobs.storage.ExecutorStorage;
import org.meanfield.jobs.storage.Storage;
import org.meanfield.jobs.storage.StorageEntry;

/**
 * Pairs of IDX files: {@code NAME-images-idx3-ubyte} and {@code NAME-labels-idx1-ubyte}, gzipped or
 * not. A name with {@code train} is the train split, one with {@code t10k} or {@code test} the test
 * split. Each image becomes a PNG, which loses nothing.
 */
final class IdxSource implements ImageSource {
  private static final Pattern IMAGES =
      Pattern.compile("(.*)images([-.])idx([34])-ubyte(\\.gz)?", Pattern.CASE_INSENSITIVE);

  /** A task inflates its file up to its slice: more slices would only inflate more often. */
  private static final int MAX_SLICES = 32;

  private static final int IMAGES_PER_TASK = 5000;
  private final JavaSparkContext spark;
  private final ExecutorStorage storage;
  private final List<Slice> slices;

  private IdxSource(JavaSparkContext spark, ExecutorStorage storage, List<Slice> slices) {
    this.spark = spark;
    this.storage = storage;
    this.slices = slices;
  }

  /** True for the names of files of images. */
  static boolean namesImages(String name) {
    return IMAGES.matcher(name).matches();
  }

  /** Opens all pairs in a folder, or the one that {@code input} names. */
  static IdxSource open(SparkSession spark, Storage storage, String input) {
    boolean folder = storage.isFolder(input);
    String parent = folder ? input : input.substring(0, input.lastIndexOf('/'));
    List<StorageEntry> entries = storage.entries(parent);
    List<Slice> slices = new ArrayList<>();
    for (StorageEntry entry : entries) {
      boolean asked = folder || entry.name().equals(input.substring(input.lastIndexOf('/') + 1));
      if (asked && !entry.isFolder() && namesImages(entry.name())) {
        slices.addAll(slices(storage, entry, labelsOf(entry, entries)));
      }
    }
    if (slices.isEmpty()) {
      throw new DataException(
          input
              + " holds no images in IDX files; expected names like train-images-idx3-ubyte.gz"
              + " beside train-labels-idx1-ubyte.gz");
    }
    return new IdxSource(
        JavaSparkContext.fromSparkContext(spark.sparkContext()),
        new ExecutorStorage(spark),
        slices);
  }

  @Override
  public String format() {
    return SourceFormat.IDX.id();
  }

  @Override
  public long count() {
    return slices.stream().mapToLong(slice -> slice.to() - slice.from()).sum();
  }

  @Override
  public JavaRDD<SourceImage> images() {
    List<Parcel<Slice>> parcels = slices.stream().map(Parcel::of).toList();
    return spark.parallelize(parcels, parcels.size()).flatMap(new ReadSlice(storage));
  }

  @Override
  public List<String> warnings() {
    return List.of();
  }

  private static String labelsOf(StorageEntry images, List<StorageEntry> entries) {
    Matcher matcher = IMAGES.matcher(images.name());
    if (!matcher.matches()) {
      throw new IllegalArgumentException(images.name());
    }
    String wanted = matcher.group(1) + "labels" + matcher.group(2) + "idx1-ubyte";
    return entries.stream()
        .filter(
            entry ->
                entry.name().equalsIgnoreCase(wanted)
                    || entry.name().equalsIgnoreCase(wanted + ".gz"))
        .findFirst()
        .map(StorageEntry::path)
        .orElseThrow(
            () -> new DataException(images.path() + " has no labels beside it: " + wanted));
  }

  private static List<Slice> slices(Storage storage, StorageEntry images, String labels) {
    List<Integer> shape;
    List<Integer> labelShape;
    try (IdxFile imageFile = IdxFile.open(storage, images.path());
        IdxFile labelFile = IdxFile.open(storage, labels)) {
      shape = imageFile.dimensions();
      labelShape = labelFile.dimensions();
    }
    boolean isImages = shape.size() == 3 || (shape.size() == 4 && shape.get(3) == 3);
    if (!isImages || !labelShape.equals(shape.subList(0, 1))) {
      throw new DataException(
          images.path()
              + " has the dimensions "
              + shape
              + " and its labels "
              + labelShape
              + "; expected [images, rows, columns] or [images, rows, columns, 3] and [images]");
    }
    int count = shape.get(0);
    int tasks = Math.max(1, Math.min(MAX_SLICES, count / IMAGES_PER_TASK));
    String name = images.name().toLowerCase(Locale.ROOT);
    String split =
        name.contains("train")
            ? Split.TRAIN.id()
            : name.contains("t10k") || name.contains("test") ? Split.TEST.id() : null;
    return IntStream.range(0, tasks)
        .mapToObj(
            i ->
                new Slice(
                    images.path(),
                    images.name(),
                    labels,
                    shape,
                    (int) ((long) count * i / tasks),
                    (int) ((long) count * (i + 1) / tasks),
                    split))
        .toList();
  }

  /** Images {@code from} (inclusive) to {@code to} (exclusive) of one file. */
  private record Slice(
      String images,
      String name,
      String labels,
      List<Integer> shape,
      int from,
      int to,
      String split)
      implements Serializable {
    private static final long serialVersionUID = 1L;

    Slice {
      shape = List.copyOf(shape);
    }

    int channels() {
      return shape.size() == 4 ? 3 : 1;
    }

    int imageBytes() {
      return shape.get(1) * shape.get(2) * channels();
    }
  }

  /** Reads a slice image by image, so that a slice never lies in memory as a whole. */
  private record ReadSlice(ExecutorStorage storage)
      implements FlatMapFunction<Parcel<Slice>, SourceImage> {
    private static final long serialVersionUID = 1L;

    @Override
    public Iterator<SourceImage> call(Parcel<Slice> parcel) {
      Slice slice = parcel.open();
      byte[] labels;
      try (IdxFile file = IdxFile.open(storage.storage(), slice.labels())) {
        labels = file.read(slice.shape().get(0));
        file.expectEnd();
      }
      IdxFile images = IdxFile.open(storage.storage(), slice.images());
      images.skip((long) slice.from() * slice.imageBytes());
      return new SliceIterator(slice, labels, images);
    }
  }

  private static final class SliceIterator implements Iterator<SourceImage> {
    private final Slice slice;
    private final byte[] labels;
    private final IdxFile images;
    private int next;
    private boolean open = true;

    SliceIterator(Slice slice, byte[] labels, IdxFile images) {
      this.slice = slice;
      this.labels = labels;
      this.images = images;
      this.next = slice.from();
    }

    @Override
    public boolean hasNext() {
      if (next == slice.to() && open) {
        if (next == slice.shape().get(0)) {
          images.expectEnd();
        }
        images.close();
        open = false; // whoever asks again gets the same answer
      }
      return next < slice.to();
    }

    @Override
    public SourceImage next() {
      int index = next++;
      byte[] pixels = images.read(slice.imageBytes());
      byte[] png =
          PngEncoder.encode(
              new PixelImage(slice.shape().get(1), slice.shape().get(2), slice.channels(), pixels));
      return SourceImage.readable(
          slice.name() + "#" + index, png, Integer.toString(labels[index] & 0xFF), slice.split());
    }
  }
}
