package org.meanfield.data;

import java.util.Collections;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.meanfield.error.CorruptArtifactException;

/**
 * What a data set holds: the content of {@code dataset.json}, which is written last and so marks
 * the data set complete.
 *
 * @param digest SHA-256 (hex) over classes and the set of (id, label, split, and weight where there
 *     are weights): the same examples give the same digest, whatever wrote them
 * @param classes in label order
 * @param files every data file, by split and then name
 * @param splits examples by split; a split without examples is absent
 * @param sizes sizes and channels seen
 * @param pixels statistics of the training split, or where there is none of all images, by channel
 *     count 1 (grey) and 3 (red, green, blue)
 * @param source where the images came from
 * @param settings key to value, those that decide the content
 * @param rejects number of rejected inputs by reason
 * @param duplicates inputs left out because their bytes were there already
 * @param warnings what a person should know, a sentence each
 * @param weights of the examples; empty where all count the same
 * @param images where they lie; empty where the data files hold them
 */
public record DatasetManifest(
    String digest,
    ClassIndex classes,
    List<DataFile> files,
    Map<Split, SplitCounts> splits,
    ImageSizes sizes,
    Map<Integer, Normalization> pixels,
    Source source,
    Map<String, String> settings,
    Map<String, Long> rejects,
    Duplicates duplicates,
    List<String> warnings,
    Optional<Weights> weights,
    Optional<ImageFiles> images) {
  /** The file's name in the data set's folder. */
  public static final String FILE = "dataset.json";

  /** The format of data sets without weights. */
  public static final int FORMAT_VERSION = 1;

  /** That of data sets with weights, which a program that knows none must not train on. */
  public static final int WEIGHTED_FORMAT_VERSION = 2;

  /** That of data sets whose images lie elsewhere, with weights or without. */
  public static final int IN_PLACE_FORMAT_VERSION = 3;

  private static final int ID_LENGTH = 16;

  /** Copies the collections and checks that counts, classes and files agree. */
  public DatasetManifest {
    files = List.copyOf(files);
    Map<Split, SplitCounts> ordered = new EnumMap<>(Split.class);
    ordered.putAll(splits);
    splits = Collections.unmodifiableMap(ordered);
    pixels = Map.copyOf(pixels);
    settings = Collections.unmodifiableMap(new LinkedHashMap<>(settings));
    rejects = Collections.unmodifiableMap(new LinkedHashMap<>(rejects));
    warnings = List.copyOf(warnings);
    if (!digest.matches("[0-9a-f]{64}")) {
      throw new IllegalArgumentException("the digest is not a SHA-256 in hex: '" + digest + "'");
    }
    for (Split split : Split.values()) {
      checkCounts(split, splits.get(split), classes, files);
    }
  }

  /** Short name of the content: the digest's first 16 digits. */
  public String datasetId() {
    return digest.substring(0, ID_LENGTH);
  }

  /** Examples in all splits. */
  public long examples() {
    return splits.values().stream().mapToLong(SplitCounts::examples).sum();
  }

  /** Examples in one split; 0 where the split is absent. */
  public long examples(Split split) {
    return splits.containsKey(split) ? splits.get(split).examples() : 0;
  }

  /** Inputs rejected for any reason. */
  public long rejected() {
    return rejects.values().stream().mapToLong(Long::longValue).sum();
  }

  /** The data files of one split, in name order. */
  public List<DataFile> files(Split split) {
    return files.stream().filter(file -> file.split() == split).toList();
  }

  /**
   * Per-channel statistics of the training split, or where there is none of all images, for images
   * of 1 or 3 channels.
   */
  public Optional<Normalization> normalization(int channels) {
    return Optional.ofNullable(pixels.get(channels));
  }

  /** The content of {@link #FILE}. */
  public String toJson() {
    return DatasetManifestJson.write(this);
  }

  /**
   * Reads a manifest back.
   *
   * @param artefact where it lies, for messages
   * @throws CorruptArtifactException where it is damaged, contradicts itself or has another format
   *     version
   */
  public static DatasetManifest fromJson(String artefact, String json) {
    return DatasetManifestJson.read(artefact, json);
  }

  private static void checkCounts(
      Split split, SplitCounts counts, ClassIndex classes, List<DataFile> files) {
    long inFiles =
        files.stream().filter(file -> file.split() == split).mapToLong(DataFile::examples).sum();
    long counted = counts == null ? 0 : counts.examples();
    if (inFiles != counted) {
      throw new IllegalArgumentException(
          "the split " + split.id() + " counts " + counted + " examples, its files " + inFiles);
    }
    if (counts != null && counts.byClass().size() != classes.size()) {
      throw new IllegalArgumentException(
          "the split "
              + split.id()
              + " counts "
              + counts.byClass().size()
              + " classes, the class index has "
              + classes.size());
    }
  }

  /**
   * One Parquet file.
   *
   * @param split the split it belongs to
   * @param path relative to the data set's folder
   * @param examples rows
   * @param bytes length of the file
   */
  public record DataFile(Split split, String path, long examples, long bytes) {}

  /**
   * Examples of one split.
   *
   * @param examples in all classes
   * @param byClass by label
   */
  public record SplitCounts(long examples, List<Long> byClass) {
    /** Copies and checks that the classes sum to the whole. */
    public SplitCounts {
      byClass = List.copyOf(byClass);
      long sum = byClass.stream().mapToLong(Long::longValue).sum();
      if (sum != examples) {
        throw new IllegalArgumentException(
            "a split of " + examples + " examples has " + sum + " in its classes");
      }
    }
  }

  /**
   * Sizes seen, in pixels.
   *
   * @param commonHeight height of the commonest size
   * @param commonWidth width of the commonest size
   * @param channels examples by number of channels in the file (1 grey, 3 colour, 4 with alpha)
   */
  public record ImageSizes(
      int minHeight,
      int maxHeight,
      int minWidth,
      int maxWidth,
      int commonHeight,
      int commonWidth,
      Map<Integer, Long> channels) {
    /** Copies the channels. */
    public ImageSizes {
      channels = Map.copyOf(channels);
    }

    /** True where every image is grey. */
    public boolean allGrey() {
      return channels.keySet().equals(Set.of(1));
    }
  }

  /**
   * Where the images came from.
   *
   * @param uri absolute, with scheme; of a DataFrame, which has no place, what identifies it
   * @param format folder, idx, parquet, csv or dataframe
   */
  public record Source(String uri, String format) {}

  /**
   * That examples have weights.
   *
   * @param trainingMean mean over the training split, above 0: what weights are divided by, so that
   *     learning rates mean what they mean without weights; 1 where there is no such split
   */
  public record Weights(double trainingMean) {
    /** Checks the mean. */
    public Weights {
      if (!(trainingMean > 0) || Double.isInfinite(trainingMean)) {
        throw new IllegalArgumentException(
            "the mean of the training weights is " + trainingMean + ", expected more than 0");
      }
    }
  }

  /**
   * Inputs whose bytes were there already; each content is kept once.
   *
   * @param dropped inputs left out
   * @param acrossSplits contents that the source gave in more than one split
   * @param conflicting contents that the source gave under more than one label
   */
  public record Duplicates(long dropped, long acrossSplits, long conflicting) {}
}
