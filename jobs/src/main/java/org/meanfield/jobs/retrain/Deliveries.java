package org.meanfield.jobs.retrain;

import java.util.ArrayList;
import java.util.List;
import org.meanfield.config.Settings;
import org.meanfield.data.DatasetManifest;
import org.meanfield.error.DataException;
import org.meanfield.error.SettingsException;
import org.meanfield.jobs.cli.JobContext;
import org.meanfield.jobs.ingest.IngestJob;
import org.meanfield.jobs.storage.DatasetFiles;
import org.meanfield.jobs.storage.Storage;
import org.meanfield.jobs.storage.StorageEntry;

/** The labelled images that arrive: each entry of a folder is a delivery, which never changes. */
final class Deliveries {
  private final JobContext context;
  private final RetrainFolder folder;
  private final String input;

  Deliveries(JobContext context, RetrainFolder folder) {
    this.context = context;
    this.folder = folder;
    this.input = context.storage().qualify(context.settings().get(RetrainSettings.INPUT));
  }

  /**
   * Names of those that are complete and not excluded, in order.
   *
   * @throws DataException where the folder is missing
   */
  List<String> arrived() {
    Storage storage = context.storage();
    Settings settings = context.settings();
    if (!storage.isFolder(input)) {
      throw new DataException(
          input + " is no folder; give the folder in which deliveries arrive with --input");
    }
    String marker = settings.get(RetrainSettings.MARKER);
    List<String> excluded = settings.get(RetrainSettings.EXCLUDE);
    List<String> arrived = new ArrayList<>();
    for (StorageEntry entry : storage.entries(input)) {
      boolean whole = marker.isEmpty() || storage.exists(entry.path() + "/" + marker);
      if (!isSkipped(entry.name()) && whole && !excluded.contains(entry.name())) {
        arrived.add(entry.name());
      }
    }
    return arrived;
  }

  /** True for names in the folder of deliveries that are none. */
  static boolean isSkipped(String name) {
    return StorageEntry.isHidden(name) || name.startsWith("_");
  }

  /**
   * The images of a delivery that was not used before, checked once and kept; its bad images are
   * counted, and judged with the others later.
   */
  Part check(String name) {
    new Sibling(context, new IngestJob())
        .with("--input", input + "/" + name)
        .with("--output", folder.delivery(name))
        .set("ingest.max-reject-fraction", 1)
        .run();
    return open(name);
  }

  /**
   * The images of a delivery that was checked before; the original may be gone. Where it is the
   * checked images that are gone, they are made of it again.
   */
  Part checked(String name) {
    Storage storage = context.storage();
    boolean gone = !storage.exists(folder.delivery(name) + "/" + DatasetManifest.FILE);
    return gone && storage.exists(input + "/" + name) ? check(name) : open(name);
  }

  private Part open(String name) {
    return new Part(
        name, DatasetFiles.open(context.spark(), context.storage(), folder.delivery(name)));
  }

  /** The data set that deliveries are added to. */
  static Part base(JobContext context, String uri) {
    if (uri.isBlank()) {
      throw new SettingsException("retrain.base is blank; leave it out, or name a data set");
    }
    return new Part(Part.BASE, DatasetFiles.open(context.spark(), context.storage(), uri));
  }
}
