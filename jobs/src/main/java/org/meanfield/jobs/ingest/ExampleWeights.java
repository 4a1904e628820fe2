package org.meanfield.jobs.ingest;

import static org.apache.spark.sql.functions.col;

import java.math.BigDecimal;
import java.math.MathContext;
import java.util.Iterator;
import java.util.List;
import java.util.OptionalDouble;
import org.apache.spark.api.java.function.FlatMapFunction;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.meanfield.data.DatasetManifest.Weights;
import org.meanfield.data.Split;
import org.meanfield.error.DataException;

/** What is a weight, and what the weights of a data set come to. */
final class ExampleWeights {
  private ExampleWeights() {}

  /** The weight in a text; empty where it is none, as for null, NaN, infinite and negative ones. */
  static OptionalDouble parse(String text) {
    if (text == null) {
      return OptionalDouble.empty();
    }
    try {
      double weight = Double.parseDouble(text.strip());
      return weight >= 0 && Double.isFinite(weight)
          ? OptionalDouble.of(weight + 0.0) // of -0 it makes 0
          : OptionalDouble.empty();
    } catch (NumberFormatException e) {
      return OptionalDouble.empty(); // told by the caller, with the column's name
    }
  }

  /**
   * The mean over the training split, the same in every order and grouping of the examples; 1 where
   * there is no such split.
   *
   * @param column where the weights come from, for messages
   * @param unique rows of {@link UniqueExamples}
   * @param training how many of them are in the training split
   * @throws DataException where their weights are all zero
   */
  static Weights of(String column, Dataset<Row> unique, long training) {
    if (training == 0) {
      return new Weights(1);
    }
    BigDecimal sum =
        unique
            .where(col("split").equalTo(Split.TRAIN.id()))
            .select("weight")
            .javaRDD()
            .mapPartitions(new Sum())
            .fold(BigDecimal.ZERO, BigDecimal::add);
    double mean = sum.divide(BigDecimal.valueOf(training), MathContext.DECIMAL128).doubleValue();
    if (mean == 0) {
      throw new DataException(
          "The weights in column '"
              + column
              + "' of all "
              + training
              + " training images are 0, so that nothing would be learnt; give some of them a"
              + " weight above 0");
    }
    return new Weights(mean);
  }

  /** In decimals, which hold sums of doubles without rounding. */
  private record Sum() implements FlatMapFunction<Iterator<Row>, BigDecimal> {
    private static final long serialVersionUID = 1L;

    @Override
    public Iterator<BigDecimal> call(Iterator<Row> rows) {
      BigDecimal sum = BigDecimal.ZERO;
      while (rows.hasNext()) {
        sum = sum.add(new BigDecimal(rows.next().getDouble(0)));
      }
      return List.of(sum).iterator();
    }
  }
}
