package org.meanfield.jobs.ingest;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.meanfield.config.Setting;
import org.meanfield.config.Settings;
import org.meanfield.data.SplitRule;
import org.meanfield.image.ImageInspector;

/**
 * What an ingest is told.
 *
 * @param content key to shown value of everything that decides the data set's content
 */
record IngestSettings(
    String input,
    String output,
    SourceFormat format,
    Optional<SplitRule> splits,
    SourceSplits sourceSplits,
    double validationFraction,
    List<String> classNames,
    Columns columns,
    long maxPixels,
    double maxRejectFraction,
    int minClassImages,
    int rowsPerFile,
    Map<String, String> content) {

  /** Shares where the source gives no splits and nobody sets any. */
  static final SplitRule DEFAULT_SPLITS = new SplitRule(0.8, 0.1, 0.1);

  static final Setting<String> INPUT =
      Setting.text("ingest.input")
          .means("URI of the images: a folder, a Parquet or CSV file, or an IDX file.");
  static final Setting<String> OUTPUT =
      Setting.text("ingest.output").means("URI of the data set: a folder, new or empty.");
  static final Setting<SourceFormat> FORMAT =
      Setting.choice("ingest.format", SourceFormat.class)
          .defaultsTo(SourceFormat.AUTO)
          .means("Layout of the input; auto looks at it and tells, or lists what it saw.");
  static final Setting<Optional<List<Double>>> SPLITS =
      Setting.decimals("ingest.splits")
          .limited("three shares of 0 or more that sum to 1", IngestSettings::areShares)
          .optional()
          .means(
              "Shares of train, validation and test where the source gives no splits; 0.8,0.1,0.1"
                  + " if absent. Assigned by a hash of the image's bytes, so adding images moves"
                  + " none.");
  static final Setting<SourceSplits> SOURCE_SPLITS =
      Setting.choice("ingest.source-splits", SourceSplits.class)
          .defaultsTo(SourceSplits.USE)
          .means("Whether splits that the source gives are used or ignored.");
  static final Setting<Double> VALIDATION_FRACTION =
      Setting.decimal("ingest.validation-fraction")
          .atLeast(0)
          .below(1)
          .defaultsTo(0.05)
          .means(
              "Share of the source's train split that becomes validation, by a hash of the image's"
                  + " bytes, where the source gives train but no validation. 0 for none.");
  static final Setting<List<String>> CLASS_NAMES =
      Setting.texts("ingest.class-names")
          .limited("names, each of them once", names -> Set.copyOf(names).size() == names.size())
          .defaultsTo(List.of())
          .means(
              "Class names in label order. Names labels that are numbers, and fixes the order of"
                  + " those that are names. If empty: what the source says, sorted.");
  static final Setting<Optional<String>> IMAGE_COLUMN =
      Setting.text("ingest.image-column")
          .optional()
          .means(
              "Parquet and CSV: column with the encoded image (binary), or with its path (text,"
                  + " relative to the input's folder). If absent: the first of image, content,"
                  + " bytes, path, file, filename.");
  static final Setting<String> LABEL_COLUMN =
      Setting.text("ingest.label-column")
          .defaultsTo("label")
          .means("Parquet and CSV: column with the class's name or number.");
  static final Setting<String> SPLIT_COLUMN =
      Setting.text("ingest.split-column")
          .defaultsTo("split")
          .means("Parquet and CSV: column with the split, used where it is there.");
  static final Setting<Optional<String>> WEIGHT_COLUMN =
      Setting.text("ingest.weight-column")
          .optional()
          .means(
              "Parquet and CSV: column with a weight for each image, a number of 0 or more."
                  + " Training multiplies the image's loss by it, divided by the weights' mean over"
                  + " the training split. If absent: all count the same.");
  static final Setting<Long> MAX_PIXELS =
      Setting.longInteger("ingest.max-pixels")
          .atLeast(1)
          .defaultsTo(ImageInspector.DEFAULT_MAX_PIXELS)
          .means(
              "Images whose header announces more pixels are rejected before they are decoded: a"
                  + " small file can ask for any amount of memory.");
  static final Setting<Double> MAX_REJECT_FRACTION =
      Setting.decimal("ingest.max-reject-fraction")
          .atLeast(0)
          .atMost(1)
          .defaultsTo(0.01)
          .means("Share of rejected inputs above which no data set is made (exit code 3).");
  static final Setting<Integer> MIN_CLASS_IMAGES =
      Setting.integer("ingest.min-class-images")
          .atLeast(0)
          .defaultsTo(10)
          .means("Classes with fewer training images are named in a warning.");
  static final Setting<Integer> ROWS_PER_FILE =
      Setting.integer("ingest.rows-per-file")
          .atLeast(1)
          .defaultsTo(5000)
          .means(
              "Images in a data file at most; files also stay below about 256 MB. Every file holds"
                  + " every class in proportion.");

  /** Everything the command knows, in the order of the documentation. */
  static List<Setting<?>> declared() {
    return List.of(
        INPUT,
        OUTPUT,
        FORMAT,
        SPLITS,
        SOURCE_SPLITS,
        VALIDATION_FRACTION,
        CLASS_NAMES,
        IMAGE_COLUMN,
        LABEL_COLUMN,
        SPLIT_COLUMN,
        WEIGHT_COLUMN,
        MAX_PIXELS,
        MAX_REJECT_FRACTION,
        MIN_CLASS_IMAGES,
        ROWS_PER_FILE);
  }

  /** What happens to splits that the source gives. */
  enum SourceSplits {
    /** They hold. */
    USE,
    /** Everything is split anew. */
    IGNORE
  }

  /** Column names in Parquet and CSV. */
  record Columns(Optional<String> image, String label, String split, Optional<String> weight) {}

  static IngestSettings from(Settings settings) {
    Map<String, String> content = new LinkedHashMap<>();
    declared().stream()
        .filter(setting -> setting != INPUT && setting != OUTPUT)
        .forEach(setting -> content.put(setting.key(), setting.show(settings.get(setting))));
    return new IngestSettings(
        settings.get(INPUT),
        settings.get(OUTPUT),
        settings.get(FORMAT),
        settings.get(SPLITS).map(s -> new SplitRule(s.get(0), s.get(1), s.get(2))),
        settings.get(SOURCE_SPLITS),
        settings.get(VALIDATION_FRACTION),
        settings.get(CLASS_NAMES),
        new Columns(
            settings.get(IMAGE_COLUMN),
            settings.get(LABEL_COLUMN),
            settings.get(SPLIT_COLUMN),
            settings.get(WEIGHT_COLUMN)),
        settings.get(MAX_PIXELS),
        settings.get(MAX_REJECT_FRACTION),
        settings.get(MIN_CLASS_IMAGES),
        settings.get(ROWS_PER_FILE),
        content);
  }

  private static boolean areShares(List<Double> shares) {
    return shares.size() == 3
        && shares.stream().allMatch(share -> share >= 0)
        && Math.abs(shares.stream().mapToDouble(Double::doubleValue).sum() - 1) < 1e-6;
  }
}
