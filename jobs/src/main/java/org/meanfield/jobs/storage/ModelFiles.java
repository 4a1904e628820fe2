package org.meanfield.jobs.storage;

import java.io.UncheckedIOException;
import java.util.List;
import org.meanfield.error.CorruptArtifactException;
import org.meanfield.error.DataException;
import org.meanfield.export.BundleManifest;
import org.meanfield.export.ModelZip;
import org.meanfield.export.ServingBundle;
import org.meanfield.model.TrainedModel;

/**
 * Trained models wherever a person may point: a run's folder, an export folder, or a model zip. The
 * only way in which jobs read models.
 */
public final class ModelFiles {
  private static final String RUN_MODEL_FOLDER = "model";

  private ModelFiles() {}

  /**
   * A model ready to be shipped to executors. An export is scored by its own ONNX file where it has
   * one, so that what is judged is what is served.
   *
   * @param uri of a run, an export folder or a model zip
   * @throws DataException where nothing of that kind is there
   * @throws CorruptArtifactException where it is damaged
   */
  public static ShippedModel scorerSource(Storage storage, String uri) {
    if (storage.exists(uri + "/" + BundleManifest.FILE)) {
      ServingBundle bundle = bundle(storage, uri);
      if (bundle.has(ServingBundle.ONNX_FILE)) {
        return ShippedModel.ofExport(
            uri,
            bundle.manifest(),
            bundle.file(TrainedModel.DEFINITION_FILE),
            bundle.file(ServingBundle.ONNX_FILE));
      }
    }
    return ShippedModel.ofTrained(uri, trained(storage, uri));
  }

  /**
   * A model with its weights. Parameters as for {@link #scorerSource}; an export must hold {@code
   * model.zip}.
   */
  public static TrainedModel trained(Storage storage, String uri) {
    if (storage.exists(uri + "/" + BundleManifest.FILE)) {
      byte[] zip = bundle(storage, uri).file(ServingBundle.DL4J_FILE);
      return ModelZip.decode(uri + "/" + ServingBundle.DL4J_FILE, zip);
    }
    for (String folder : List.of(uri + "/" + RUN_MODEL_FOLDER, uri)) {
      if (storage.exists(folder + "/" + TrainedModel.DEFINITION_FILE)
          && storage.exists(folder + "/" + TrainedModel.STATE_FILE)) {
        return TrainedModel.fromFiles(folder, name -> read(storage, folder + "/" + name));
      }
    }
    if (storage.exists(uri) && !storage.isFolder(uri)) {
      return ModelZip.decode(uri, read(storage, uri));
    }
    throw missing(storage, uri);
  }

  private static ServingBundle bundle(Storage storage, String uri) {
    return ServingBundle.open(uri, name -> storage.read(uri + "/" + name));
  }

  private static byte[] read(Storage storage, String path) {
    try {
      return storage.read(path);
    } catch (UncheckedIOException e) {
      throw new CorruptArtifactException(
          "The model cannot be read: " + e.getMessage() + "; restore it, or train again", e);
    }
  }

  private static DataException missing(Storage storage, String uri) {
    String found = storage.exists(uri) ? "it holds " + storage.list(uri) : "nothing is there";
    return new DataException(
        storage.qualify(uri)
            + " holds no trained model: "
            + found
            + "; expected a finished run (with model/network.json), an export (with bundle.json) or"
            + " a model.zip. A run or an export that was stopped is finished by the same command"
            + " run again");
  }
}
