package org.meanfield.jobs.ml;

import java.util.ArrayList;
import java.util.List;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;

/** A row's values, and more behind them. */
final class LongerRow {
  private final List<Object> values = new ArrayList<>();

  LongerRow(Row row) {
    for (int i = 0; i < row.length(); i++) {
      values.add(row.get(i));
    }
  }

  /** Adds a value, unless its column has no name. */
  LongerRow add(String column, Object value) {
    if (!column.isEmpty()) {
      values.add(value);
    }
    return this;
  }

  Row row() {
    return RowFactory.create(values.toArray());
  }
}
