package org.meanfield.jobs.export;

import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.meanfield.config.Setting;
import org.meanfield.config.Settings;
import org.meanfield.export.ServerLayout;

/**
 * What to export.
 *
 * @param model the run
 * @param output folder of the export
 * @param forms what to write, at least one
 * @param layout for the forms that are servers'
 * @param data data set to check on; empty for the run's own
 * @param checkedImages how many images the check takes at most
 * @param variantImages how many images the accuracy of smaller forms is measured on at most
 * @param calibrationImages training images that decide the scales of int8
 * @param maximumAccuracyLoss of a smaller form, as a share of the images
 */
record ExportSettings(
    String model,
    String output,
    Set<Form> forms,
    ServerLayout layout,
    Optional<String> data,
    int checkedImages,
    int variantImages,
    int calibrationImages,
    double maximumAccuracyLoss) {

  /** What an export can hold. */
  enum Form {
    ONNX,
    DL4J,
    UINT8,
    FP16,
    INT8,
    TRITON,
    KSERVE,
    MLFLOW;

    /** The word in the settings. */
    String id() {
      return name().toLowerCase(Locale.ROOT);
    }

    /** True where it holds model.onnx, or is measured against it. */
    boolean needsOnnx() {
      return this == TRITON || this == MLFLOW || this == FP16 || this == INT8;
    }

    static final String ALL = Stream.of(values()).map(Form::id).collect(Collectors.joining(", "));

    static Optional<Form> of(String id) {
      return Stream.of(values()).filter(form -> form.id().equals(id)).findFirst();
    }
  }

  static final Setting<String> MODEL =
      Setting.text("export.model").means("The finished run to export: its folder, or a model.zip.");
  static final Setting<String> OUTPUT =
      Setting.text("export.output").means("The folder of the export.");
  static final Setting<List<String>> TO =
      Setting.texts("export.to")
          .limited(
              "some of " + Form.ALL,
              forms -> !forms.isEmpty() && forms.stream().allMatch(id -> Form.of(id).isPresent()))
          .defaultsTo(List.of(Form.ONNX.id(), Form.DL4J.id()))
          .means(
              "The forms to write: onnx; dl4j (a zip for Deeplearning4j programs); uint8 (ONNX that"
                  + " takes unsigned bytes [N, H, W, C]); fp16 (ONNX with weights of half the"
                  + " size); int8 (ONNX that computes in 8-bit integers); triton (a model"
                  + " repository); kserve (an InferenceService, and triton); mlflow (a model"
                  + " folder). The servers' forms write onnx too.");
  static final Setting<String> NAME =
      Setting.text("export.name")
          .limited(
              "at most 53 small letters, digits or dashes, a letter first and no dash last",
              name -> name.matches("[a-z]([a-z0-9-]{0,51}[a-z0-9])?"))
          .defaultsTo("classifier")
          .means("What Triton and KServe call the model.");
  static final Setting<String> STORAGE_URI =
      Setting.text("export.storage-uri")
          .defaultsTo("pvc://models/triton")
          .means("Where KServe will find the folder triton/, in the form that it knows.");
  static final Setting<Optional<String>> DATA =
      Setting.text("export.data")
          .optional()
          .means(
              "The data set whose images the export is checked on. Where none is given: the one"
                  + " that the run was trained on.");
  static final Setting<Integer> CHECKED_IMAGES =
      Setting.integer("export.checked-images")
          .atLeast(100)
          .defaultsTo(256)
          .means(
              "Images on which every exported file must agree with the model: of the test split,"
                  + " and where it has fewer than 100, of the others too.");

  static final Setting<Integer> VARIANT_IMAGES =
      Setting.integer("export.variant-images")
          .atLeast(100)
          .defaultsTo(1000)
          .means(
              "Labelled images, of the test split first, on which the accuracy of fp16 and int8 is"
                  + " measured.");
  static final Setting<Integer> CALIBRATION_IMAGES =
      Setting.integer("export.calibration-images")
          .atLeast(16)
          .defaultsTo(256)
          .means("Training images whose values between the layers decide the scales of int8.");
  static final Setting<Double> MAXIMUM_ACCURACY_LOSS =
      Setting.decimal("export.maximum-accuracy-loss")
          .atLeast(0)
          .atMost(1)
          .defaultsTo(0.01)
          .means(
              "Share of the measured images by which fp16 or int8 may be worse than the trained"
                  + " model; one that is worse stops the export.");

  /** Every setting of the command. */
  static List<Setting<?>> declared() {
    return List.of(
        MODEL,
        OUTPUT,
        TO,
        NAME,
        STORAGE_URI,
        DATA,
        CHECKED_IMAGES,
        VARIANT_IMAGES,
        CALIBRATION_IMAGES,
        MAXIMUM_ACCURACY_LOSS);
  }

  /** Reads the resolved values. */
  static ExportSettings from(Settings settings) {
    return new ExportSettings(
        settings.get(MODEL),
        settings.get(OUTPUT),
        forms(settings.get(TO)),
        new ServerLayout(settings.get(NAME), settings.get(STORAGE_URI)),
        settings.get(DATA),
        settings.get(CHECKED_IMAGES),
        settings.get(VARIANT_IMAGES),
        settings.get(CALIBRATION_IMAGES),
        settings.get(MAXIMUM_ACCURACY_LOSS));
  }

  private static Set<Form> forms(List<String> ids) {
    Set<Form> forms = EnumSet.noneOf(Form.class);
    ids.forEach(id -> Form.of(id).ifPresent(forms::add));
    if (forms.contains(Form.KSERVE)) {
      forms.add(Form.TRITON);
    }
    if (forms.stream().anyMatch(Form::needsOnnx)) {
      forms.add(Form.ONNX);
    }
    return forms;
  }
}
