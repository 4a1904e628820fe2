package org.meanfield.jobs.retrain;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.concat;
import static org.apache.spark.sql.functions.conv;
import static org.apache.spark.sql.functions.count;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.sha2;
import static org.apache.spark.sql.functions.substring;
import static org.apache.spark.sql.functions.sum;

import org.apache.spark.sql.Column;
import org.apache.spark.sql.Row;
import org.meanfield.data.Split;
import org.meanfield.jobs.storage.DatasetFiles;

/** Identifies the test split of a data set: the same images with the same labels, in any order. */
final class TestSplitDigest {
  private TestSplitDigest() {}

  /** The number of images, and the sum of a hash of each with its label. */
  static String of(DatasetFiles data) {
    // 56 bits of each: a sum of a billion still fits a decimal.
    Column hash =
        conv(
                substring(
                    sha2(concat(col(DatasetFiles.ID), lit(" "), col(DatasetFiles.LABEL)), 256),
                    1,
                    14),
                16,
                10)
            .cast("decimal(28,0)");
    Row row = data.split(Split.TEST).agg(count(lit(1)), sum(hash)).collectAsList().get(0);
    return row.getLong(0) + "-" + row.getDecimal(1).toBigInteger().toString(16);
  }
}
