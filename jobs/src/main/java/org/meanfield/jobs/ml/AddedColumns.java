package org.meanfield.jobs.ml;

import java.io.Serializable;
import java.util.Arrays;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.Metadata;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;
import org.meanfield.data.ClassIndex;
import org.meanfield.model.FloatVector;

/** What a network's outputs become in a row. */
sealed interface AddedColumns extends Serializable permits PredictionColumns, FeatureColumns {
  /**
   * A row with what the network says behind its own values.
   *
   * @param outputs of the network, one a class
   * @param classes what they stand for
   */
  Row append(Row row, FloatVector outputs, ClassIndex classes);

  /** A row with nulls and a reason behind its own values. */
  Row appendReason(Row row, String why);

  /**
   * A schema with one more column, or the same where it has no name.
   *
   * @throws IllegalArgumentException where there is one of that name
   */
  static StructType add(StructType schema, String name, DataType type, Metadata metadata) {
    if (name.isEmpty()) {
      return schema;
    }
    if (Arrays.asList(schema.fieldNames()).contains(name)) {
      throw new IllegalArgumentException(
          "Column " + name + " already exists; give the new one another name, or none");
    }
    return schema.add(new StructField(name, type, true, metadata));
  }
}
