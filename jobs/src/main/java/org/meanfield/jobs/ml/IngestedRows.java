package org.meanfield.jobs.ml;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.catalyst.plans.logical.LogicalPlan;
import org.apache.spark.sql.catalyst.plans.logical.SubqueryAlias;
import org.apache.spark.sql.execution.datasources.LogicalRelation;
import org.meanfield.data.DatasetManifest;
import org.meanfield.data.Split;
import org.meanfield.jobs.storage.DatasetFiles;
import org.meanfield.jobs.storage.PathName;
import org.meanfield.jobs.storage.Storage;

/** Recognises a DataFrame that is the training split of a data set: that is trained on in place. */
final class IngestedRows {
  private static final String TRAINING = "/split=" + Split.TRAIN.id();

  private IngestedRows() {}

  /**
   * The data set whose training split the DataFrame is, whole and unchanged; empty for every other
   * DataFrame, and where the data set has other weights than those asked for.
   */
  static Optional<DatasetFiles> of(Dataset<Row> rows, LabelledRows columns, Storage storage) {
    boolean plain =
        columns.imageCol().equals(DatasetFiles.IMAGE)
            && columns.labelCol().equals(DatasetFiles.LABEL)
            && columns.validationCol().isEmpty()
            && Arrays.asList(rows.columns()).contains(DatasetFiles.ID);
    if (!plain || !isFilesAlone(rows.queryExecution().analyzed())) {
      return Optional.empty();
    }
    Set<String> files =
        Arrays.stream(rows.inputFiles())
            .map(file -> storage.qualify(PathName.unescaped(file)))
            .collect(Collectors.toSet());
    List<String> folders =
        files.stream().map(file -> file.substring(0, file.lastIndexOf('/'))).distinct().toList();
    if (folders.size() != 1 || !folders.get(0).endsWith(TRAINING)) {
      return Optional.empty();
    }
    String folder = folders.get(0).substring(0, folders.get(0).length() - TRAINING.length());
    if (!storage.exists(folder + "/" + DatasetManifest.FILE)) {
      return Optional.empty();
    }
    DatasetFiles data = DatasetFiles.open(rows.sparkSession(), storage, folder);
    String weights = data.manifest().weights().isPresent() ? DatasetFiles.WEIGHT : "";
    return Set.copyOf(data.files(Split.TRAIN)).equals(files) && columns.weightCol().equals(weights)
        ? Optional.of(data)
        : Optional.empty();
  }

  private static boolean isFilesAlone(LogicalPlan plan) {
    LogicalPlan inner = plan;
    while (inner instanceof SubqueryAlias alias) {
      inner = alias.child();
    }
    return inner instanceof LogicalRelation;
  }
}
