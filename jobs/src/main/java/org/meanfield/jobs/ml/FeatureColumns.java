package org.meanfield.jobs.ml;

import org.apache.spark.ml.linalg.SQLDataTypes;
import org.apache.spark.ml.linalg.Vector;
import org.apache.spark.ml.linalg.Vectors;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.Metadata;
import org.apache.spark.sql.types.StructType;
import org.meanfield.data.ClassIndex;
import org.meanfield.model.FloatVector;

/**
 * The columns that a featurizer adds; an empty name leaves a column out.
 *
 * @param features a layer's values
 * @param reason why there are none
 */
record FeatureColumns(String features, String reason) implements AddedColumns {
  /** A schema with these columns behind its own. */
  StructType addTo(StructType input) {
    StructType output =
        AddedColumns.add(input, features, SQLDataTypes.VectorType(), Metadata.empty());
    return AddedColumns.add(output, reason, DataTypes.StringType, Metadata.empty());
  }

  @Override
  public Row append(Row row, FloatVector outputs, ClassIndex classes) {
    Vector values = Vectors.dense(outputs.toDoubleArray());
    return new LongerRow(row).add(features, values).add(reason, null).row();
  }

  @Override
  public Row appendReason(Row row, String why) {
    return new LongerRow(row).add(features, null).add(reason, why).row();
  }
}
