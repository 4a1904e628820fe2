package org.meanfield.jobs.ingest;

import java.io.Serializable;
import java.util.Set;
import org.apache.spark.sql.api.java.UDF2;
import org.meanfield.data.Split;
import org.meanfield.data.SplitRule;
import org.meanfield.error.SettingsException;

/**
 * Where each example goes: where the source says, else by its content. As a function: the content
 * id and the source's split, or null, to the split.
 *
 * @param trainShare of {@link SplitRule}, for examples without a given split
 * @param validationShare of {@link SplitRule}
 * @param testShare of {@link SplitRule}
 * @param fromTrain share of the given training split that becomes validation
 */
record SplitAssignment(
    double trainShare, double validationShare, double testShare, double fromTrain)
    implements UDF2<String, String, String>, Serializable {
  private static final long serialVersionUID = 1L;

  /**
   * From the settings and the splits that the source gives.
   *
   * @throws SettingsException where shares are set for a source that gives splits
   */
  static SplitAssignment of(IngestSettings settings, Set<String> given) {
    if (!given.isEmpty() && settings.splits().isPresent()) {
      throw new SettingsException(
          "ingest.splits is set, but the input gives its own splits "
              + given
              + "; leave ingest.splits out, or set ingest.source-splits=ignore to split anew");
    }
    SplitRule rule = settings.splits().orElse(IngestSettings.DEFAULT_SPLITS);
    boolean carve = given.contains(Split.TRAIN.id()) && !given.contains(Split.VALIDATION.id());
    return new SplitAssignment(
        rule.train(), rule.validation(), rule.test(), carve ? settings.validationFraction() : 0);
  }

  @Override
  public String call(String id, String given) {
    if (given == null) {
      return new SplitRule(trainShare, validationShare, testShare).splitOf(id).id();
    }
    return given.equals(Split.TRAIN.id())
        ? SplitRule.validationOnly(fromTrain).splitOf(id).id()
        : given;
  }
}
