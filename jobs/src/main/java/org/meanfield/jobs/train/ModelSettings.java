package org.meanfield.jobs.train;

import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.meanfield.config.Setting;
import org.meanfield.config.Settings;
import org.meanfield.data.DatasetManifest;
import org.meanfield.data.ImageSpec;
import org.meanfield.data.Normalization;
import org.meanfield.data.ResizePolicy;
import org.meanfield.error.SettingsException;
import org.meanfield.model.Architectures;

/**
 * Which network is trained and what it is fed: the {@code model.*} and {@code image.*} settings.
 *
 * @param name architecture or configuration file; empty where {@code startFrom} brings its own
 * @param startFrom URI of a DL4J model zip or Keras .h5 file
 * @param freezeUntil layers up to and including this one do not learn
 * @param dropout at the classifier's input
 * @param size image size, where set
 * @param channels of the image, where set
 * @param resize for images of another size
 * @param normalization how pixels become numbers
 */
record ModelSettings(
    Optional<String> name,
    Optional<String> startFrom,
    Optional<String> freezeUntil,
    double dropout,
    Optional<Size> size,
    Optional<Integer> channels,
    ResizePolicy resize,
    Pixels normalization) {
  private static final String DEFAULT_NAME = "cnn";
  private static final String SIZE_PATTERN = "[1-9][0-9]{0,4}x[1-9][0-9]{0,4}";

  /** Where the normalisation comes from. */
  enum NormalizationKind {
    /** The settings image.mean and image.deviation; 0..255 becomes 0..1 without them. */
    FIXED,
    /** Mean and deviation of the training images. */
    DATASET
  }

  /** The architecture. */
  static final Setting<Optional<String>> NAME =
      Setting.text("model.name")
          .optional()
          .means(
              "A built-in network ("
                  + String.join(", ", Architectures.names())
                  + ") or the URI of a DL4J configuration file ending in .json. Where none is"
                  + " given: the network in model.start-from, else "
                  + DEFAULT_NAME
                  + ".");

  /** The weights to start from. */
  static final Setting<Optional<String>> START_FROM =
      Setting.text("model.start-from")
          .optional()
          .means(
              "URI of a DL4J model zip or a Keras .h5 file. Weights are kept where layer name and"
                  + " shape fit; a classifier for another number of classes is new.");

  /** The last frozen layer. */
  static final Setting<Optional<String>> FREEZE_UNTIL =
      Setting.text("model.freeze-until")
          .optional()
          .means("Name of a layer: it and all layers before it keep their weights and statistics.");

  /** Dropout. */
  static final Setting<Double> DROPOUT =
      Setting.decimal("model.dropout")
          .atLeast(0)
          .below(1)
          .defaultsTo(0.0)
          .means(
              "Probability with which each input of the classifier layer is left out in training,"
                  + " for the built-in networks.");

  /** The size of the input. */
  static final Setting<Optional<String>> SIZE =
      Setting.text("image.size")
          .limited("HEIGHTxWIDTH in pixels, such as 32x32", text -> text.matches(SIZE_PATTERN))
          .optional()
          .means(
              "Size of the network's input. Where none is given: that of model.start-from where it"
                  + " says, else the commonest size in the data set.");

  /** The channels of the input. */
  static final Setting<Optional<Integer>> CHANNELS =
      Setting.integer("image.channels")
          .limited("1 (grey) or 3 (colour)", value -> value == 1 || value == 3)
          .optional()
          .means(
              "Channels of the network's input. Where none is given: that of model.start-from where"
                  + " it says, else 1 where every image is grey, else 3.");

  /** What happens to images of another size. */
  static final Setting<ResizePolicy> RESIZE =
      Setting.choice("image.resize", ResizePolicy.class)
          .defaultsTo(ResizePolicy.STRETCH)
          .means("How an image of another size is made to fit.");

  /** Where the normalisation comes from. */
  static final Setting<NormalizationKind> NORMALIZATION =
      Setting.choice("image.normalization", NormalizationKind.class)
          .defaultsTo(NormalizationKind.DATASET)
          .means(
              "dataset: mean and deviation of the training images; fixed: image.mean and"
                  + " image.deviation.");

  /** The fixed mean. */
  static final Setting<List<Double>> MEAN =
      Setting.decimals("image.mean")
          .limited("1 or 3 numbers", list -> list.size() == 1 || list.size() == 3)
          .defaultsTo(List.of(0.0))
          .means("Subtracted from pixels in 0..255; a number per channel, or one for all.");

  /** The fixed deviation. */
  static final Setting<List<Double>> DEVIATION =
      Setting.decimals("image.deviation")
          .limited(
              "1 or 3 positive numbers",
              list -> (list.size() == 1 || list.size() == 3) && list.stream().allMatch(d -> d > 0))
          .defaultsTo(List.of(255.0))
          .means("Divides what is left; a number per channel, or one for all.");

  /** All of them, in the order of the documentation. */
  static List<Setting<?>> declared() {
    return List.of(
        NAME,
        START_FROM,
        FREEZE_UNTIL,
        DROPOUT,
        SIZE,
        CHANNELS,
        RESIZE,
        NORMALIZATION,
        MEAN,
        DEVIATION);
  }

  /**
   * From resolved settings.
   *
   * @throws SettingsException where a setting is given that another one makes meaningless
   */
  static ModelSettings from(Settings settings) {
    Optional<String> startFrom = settings.get(START_FROM);
    Optional<String> name =
        settings
            .get(NAME)
            .or(() -> startFrom.isPresent() ? Optional.empty() : Optional.of(DEFAULT_NAME));
    if (startFrom.isEmpty() && settings.get(FREEZE_UNTIL).isPresent()) {
      throw new SettingsException(
          "'model.freeze-until' is given without 'model.start-from': random weights would be"
              + " frozen; give both or neither");
    }
    NormalizationKind kind = settings.get(NORMALIZATION);
    if (kind == NormalizationKind.DATASET
        && (settings.isGiven(MEAN) || settings.isGiven(DEVIATION))) {
      throw new SettingsException(
          "'image.mean' and 'image.deviation' are used only with image.normalization = fixed; set"
              + " it or remove them");
    }
    return new ModelSettings(
        name,
        startFrom,
        settings.get(FREEZE_UNTIL),
        settings.get(DROPOUT),
        settings.get(SIZE).map(Size::parse),
        settings.get(CHANNELS),
        settings.get(RESIZE),
        new Pixels(
            kind, settings.isGiven(NORMALIZATION), settings.get(MEAN), settings.get(DEVIATION)));
  }

  /**
   * What the network is fed: what the settings say, else what the model to start from was made for,
   * else what the data set suggests.
   *
   * @param before the image spec of the model to start from, where it carries one
   */
  ImageSpec imageSpec(DatasetManifest data, Optional<ImageSpec> before) {
    Size fitting =
        size.or(() -> before.map(spec -> new Size(spec.height(), spec.width())))
            .orElseGet(() -> new Size(data.sizes().commonHeight(), data.sizes().commonWidth()));
    int planes =
        channels
            .or(() -> before.map(ImageSpec::channels))
            .orElseGet(() -> data.sizes().allGrey() ? 1 : 3);
    if (planes != 1 && planes != 3) {
      throw new SettingsException(
          "The model of 'model.start-from' takes "
              + planes
              + " channels, and pictures have 1 or 3; start from another, or set image.channels");
    }
    Optional<Normalization> earlier =
        before
            .filter(spec -> !normalization.given() && spec.channels() == planes)
            .map(ImageSpec::normalization);
    return new ImageSpec(
        fitting.height(),
        fitting.width(),
        planes,
        resize,
        earlier.orElseGet(() -> normalization.of(data, planes)));
  }

  /** An image's size in pixels. */
  record Size(int height, int width) {
    private static Size parse(String text) {
      String[] sides = text.split("x", -1);
      return new Size(Integer.parseInt(sides[0]), Integer.parseInt(sides[1]));
    }
  }

  /**
   * How pixels become numbers.
   *
   * @param kind where the numbers come from
   * @param given whether somebody chose the kind
   * @param mean one for all channels or one each
   * @param deviation one for all channels or one each
   */
  record Pixels(NormalizationKind kind, boolean given, List<Double> mean, List<Double> deviation) {

    private Normalization of(DatasetManifest data, int channels) {
      return switch (kind) {
        case FIXED ->
            new Normalization(spread(MEAN, mean, channels), spread(DEVIATION, deviation, channels));
        case DATASET ->
            data.normalization(channels)
                .orElseThrow(
                    () ->
                        new SettingsException(
                            "The data set has no statistics of training images with "
                                + channels
                                + " channels; set image.normalization = fixed"));
      };
    }

    private static List<Float> spread(
        Setting<List<Double>> setting, List<Double> values, int channels) {
      if (values.size() != 1 && values.size() != channels) {
        throw new SettingsException(
            "'"
                + setting.key()
                + "' has "
                + values.size()
                + " numbers, the images have "
                + channels
                + " channels; give one number for all or one for each");
      }
      return IntStream.range(0, channels)
          .mapToObj(channel -> values.get(values.size() == 1 ? 0 : channel).floatValue())
          .toList();
    }
  }
}
