package org.meanfield.jobs.ingest;

import static org.apache.spark.sql.functions.col;

import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.meanfield.data.DatasetManifest.Duplicates;
import org.meanfield.data.Split;

/** What a person should know about a data set that was made all the same. */
final class IngestWarnings {
  private static final int EXAMPLES = 3;
  private static final int CLASSES = 20;

  private IngestWarnings() {}

  static List<String> of(
      ImageSource source,
      IngestSettings settings,
      CheckSummary checked,
      ClassNames classes,
      DatasetSummary summary,
      Dataset<Row> unique) {
    List<String> warnings = new ArrayList<>(source.warnings());
    if (checked.rejected() > 0) {
      warnings.add(checked.rejected() + " inputs were rejected:" + checked.reasons());
    }
    Duplicates duplicates = summary.duplicates();
    if (duplicates.dropped() > 0) {
      warnings.add(
          duplicates.dropped()
              + " inputs repeat the bytes of another and were left out, e.g. copies of "
              + examples(unique, "copies"));
    }
    if (duplicates.acrossSplits() > 0) {
      warnings.add(
          duplicates.acrossSplits()
              + " images lie in several of the input's splits; each is kept in test before"
              + " validation before train, e.g. "
              + examples(unique, "splits"));
    }
    if (duplicates.conflicting() > 0) {
      warnings.add(
          duplicates.conflicting()
              + " images have several labels; each keeps the label of the copy that is kept, e.g. "
              + examples(unique, "labels"));
    }
    addEmptyFolders(source, checked, warnings);
    addSmallClasses(settings.minClassImages(), classes, summary, warnings);
    return warnings;
  }

  /** A class folder without a usable image makes no class, which a person may miss later. */
  private static void addEmptyFolders(
      ImageSource source, CheckSummary checked, List<String> warnings) {
    TreeSet<String> labels = new TreeSet<>(checked.labels());
    List<String> empty = new ArrayList<>();
    for (String folder : source.classFolders()) {
      String name = folder.strip();
      String below = labels.ceiling(name + "/");
      if (!labels.contains(name) && (below == null || !below.startsWith(name + "/"))) {
        empty.add("'" + folder + "'");
      }
    }
    if (!empty.isEmpty()) {
      warnings.add(
          empty.size()
              + " folders have no image that can be used, and are no classes: "
              + String.join(", ", empty.subList(0, Math.min(CLASSES, empty.size())))
              + (empty.size() > CLASSES ? ", ..." : ""));
    }
  }

  private static void addSmallClasses(
      int minimum, ClassNames classes, DatasetSummary summary, List<String> warnings) {
    List<Long> train = summary.byClass().get(Split.TRAIN);
    if (train == null) {
      warnings.add("There is no training split");
      return;
    }
    List<String> small = new ArrayList<>();
    for (int label = 0; label < train.size(); label++) {
      if (train.get(label) < minimum) {
        small.add("'" + classes.names().get(label) + "' (" + train.get(label) + ")");
      }
    }
    if (!small.isEmpty()) {
      warnings.add(
          small.size()
              + " classes have fewer than "
              + minimum
              + " training images: "
              + String.join(", ", small.subList(0, Math.min(CLASSES, small.size())))
              + (small.size() > CLASSES ? ", ..." : ""));
    }
  }

  /** Origins of kept examples that had more than one of something. */
  private static String examples(Dataset<Row> unique, String column) {
    return unique
        .where(col(column).gt(1))
        .orderBy("origin")
        .select("origin")
        .limit(EXAMPLES)
        .collectAsList()
        .stream()
        .map(row -> row.getString(0))
        .collect(Collectors.joining(", "));
  }
}
