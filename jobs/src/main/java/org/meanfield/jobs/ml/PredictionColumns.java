package org.meanfield.jobs.ml;

import java.util.Arrays;
import java.util.List;
import org.apache.spark.ml.attribute.NominalAttribute;
import org.apache.spark.ml.linalg.SQLDataTypes;
import org.apache.spark.ml.linalg.Vectors;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.Metadata;
import org.apache.spark.sql.types.StructType;
import org.meanfield.data.ClassIndex;
import org.meanfield.model.FloatVector;
import scala.collection.JavaConverters;

/**
 * The columns that classifying adds, in this order; an empty name leaves a column out.
 *
 * @param prediction the class's number
 * @param probability of each class
 * @param rawPrediction logarithms of the probabilities
 * @param predictedLabel the class's name
 * @param topK the likeliest classes
 * @param reason why there is no prediction
 * @param k how many classes are the likeliest
 */
record PredictionColumns(
    String prediction,
    String probability,
    String rawPrediction,
    String predictedLabel,
    String topK,
    String reason,
    int k)
    implements AddedColumns {
  private static final DataType RANKED =
      DataTypes.createArrayType(
          new StructType()
              .add("label", DataTypes.StringType, false)
              .add("probability", DataTypes.DoubleType, false),
          false);

  /** A schema with these columns behind its own, where the classes are not known yet. */
  StructType addTo(StructType input) {
    return addTo(input, Metadata.empty());
  }

  /** A schema with these columns behind its own, the prediction's naming the classes. */
  StructType addTo(StructType input, ClassIndex classes) {
    return addTo(
        input,
        NominalAttribute.defaultAttr()
            .withName(prediction.isEmpty() ? "prediction" : prediction)
            .withValues(classes.names().toArray(new String[0]))
            .toMetadata());
  }

  private StructType addTo(StructType input, Metadata classes) {
    DataType vector = SQLDataTypes.VectorType();
    Metadata none = Metadata.empty();
    StructType output = AddedColumns.add(input, prediction, DataTypes.DoubleType, classes);
    output = AddedColumns.add(output, probability, vector, none);
    output = AddedColumns.add(output, rawPrediction, vector, none);
    output = AddedColumns.add(output, predictedLabel, DataTypes.StringType, none);
    output = AddedColumns.add(output, topK, RANKED, none);
    return AddedColumns.add(output, reason, DataTypes.StringType, none);
  }

  @Override
  public Row append(Row row, FloatVector outputs, ClassIndex classes) {
    int[] likeliest = outputs.greatest(k);
    int best = likeliest[0];
    List<Row> top =
        Arrays.stream(likeliest)
            .mapToObj(label -> RowFactory.create(classes.name(label), (double) outputs.get(label)))
            .toList();
    double[] values = outputs.toDoubleArray();
    double[] raw = Arrays.stream(values).map(PredictionColumns::logarithm).toArray();
    return new LongerRow(row)
        .add(prediction, (double) best)
        .add(probability, Vectors.dense(values))
        .add(rawPrediction, Vectors.dense(raw))
        .add(predictedLabel, classes.name(best))
        .add(topK, JavaConverters.asScalaBuffer(top).toSeq())
        .add(reason, null)
        .row();
  }

  @Override
  public Row appendReason(Row row, String why) {
    LongerRow longer = new LongerRow(row);
    for (String name : List.of(prediction, probability, rawPrediction, predictedLabel, topK)) {
      longer.add(name, null);
    }
    return longer.add(reason, why).row();
  }

  /** Finite for a probability that underflowed. */
  private static double logarithm(double probability) {
    return Math.log(Math.max(probability, Float.MIN_NORMAL));
  }
}
