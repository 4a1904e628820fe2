package org.meanfield.jobs.ml;

import static org.apache.spark.sql.functions.expr;
import static org.apache.spark.sql.functions.lit;

import java.util.List;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.types.DataTypes;
import org.meanfield.error.DataException;
import org.meanfield.jobs.storage.NamedColumn;

/**
 * The column with how much each image counts, and what is wrong in it.
 *
 * @param name of the column; empty for none
 */
record WeightColumn(String name) {
  /** Of the column in the rows that ingest takes. */
  private static final String WEIGHT = "weight";

  /** Spark sorts NaN behind infinity. */
  private static final String IS_WEIGHT =
      "coalesce(weight >= 0 and weight < double('Infinity'), false)";

  private static final String SUMMARY =
      "struct(count_if(not %1$s), min(if(%1$s, null, struct(origin, weight))),"
          + " max(if(split = 'train', weight, null)))";

  boolean isGiven() {
    return !name.isEmpty();
  }

  /** The column as ingest takes it, in a list; of no column none. */
  List<Column> values() {
    Column value = NamedColumn.of(name);
    return isGiven() ? List.of(value.cast(DataTypes.DoubleType).as(WEIGHT)) : List.of();
  }

  /** What a look through rows with {@code origin} and {@code split} keeps of it. */
  Column summary() {
    return isGiven() ? expr(SUMMARY.formatted(IS_WEIGHT)) : lit(null);
  }

  /**
   * Refuses what cannot be trained with.
   *
   * @param summary a value of {@link #summary}
   * @throws DataException where a value is no weight, or all of the rows to train on have 0
   */
  void require(Row summary) {
    if (!isGiven()) {
      return;
    }
    if (summary.getLong(0) > 0) {
      Row first = summary.getStruct(1);
      throw new DataException(
          "The column '"
              + name
              + "' has "
              + summary.getLong(0)
              + " values that are no weights, the first is "
              + first.get(1)
              + " ("
              + first.getString(0)
              + "); expected numbers of 0 or more: mend or remove these rows, or correct"
              + " weightCol");
    }
    if (!summary.isNullAt(2) && summary.getDouble(2) == 0) {
      throw new DataException(
          "The weights in column '"
              + name
              + "' of all images to train on are 0, so that nothing would be learnt; give some of"
              + " them a weight above 0");
    }
  }
}
