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
 */
public record ExportSettings(
    String model,
    String output,
    Set<Form> forms,
    ServerLayout layout,
    Optional<String> data,
    int checkedImages) {

  /** What an export can hold. */
  enum Form {
    ONNX,
    DL4J,
    UINT8,
    TRITON,
    KSERVE,
    MLFLOW;

    /** The word in the settings. */
    String id() {
      return name().toLowerCase(Locale.ROOT);
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
                  + " takes unsigned bytes [N, H, W, C]); triton (a model repository); kserve (an"
                  + " InferenceService, and triton); mlflow (a model folder). The servers' forms"
                  + " write onnx too.");
  static final Setting<String> NAME =
      Setting.text("export.name")
          .limited(
              "small letters, digits or dashes, a letter first",
              name -> name.matches("[a-z][a-z0-9-]{0,62}"))
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
              "The data set whose images the export is checked on. Where none is given: the one that"
                  + " the run was trained on.");
  static final Setting<Integer> CHECKED_IMAGES =
      Setting.integer("export.checked-images")
          .atLeast(100)
          .defaultsTo(256)
          .means(
              "Images on which every exported file must agree with the model: of the test split, and"
                  + " where it has fewer than 100, of the others too.");

  /** Every setting of the command. */
  static List<Setting<?>> declared() {
    return List.of(MODEL, OUTPUT, TO, NAME, STORAGE_URI, DATA, CHECKED_IMAGES);
  }

  /** Reads the resolved values. */
  static ExportSettings from(Settings settings) {
    return new ExportSettings(
        settings.get(MODEL),
        settings.get(OUTPUT),
        forms(settings.get(TO)),
        new ServerLayout(settings.get(NAME), settings.get(STORAGE_URI)),
        settings.get(DATA),
        settings.get(CHECKED_IMAGES));
  }

  private static Set<Form> forms(List<String> ids) {
    Set<Form> forms = EnumSet.noneOf(Form.class);
    ids.forEach(id -> Form.of(id).ifPresent(forms::add));
    if (forms.contains(Form.KSERVE)) {
      forms.add(Form.TRITON);
    }
    if (forms.contains(Form.TRITON) || forms.contains(Form.MLFLOW)) {
      forms.add(Form.ONNX);
    }
    return forms;
  }
}
