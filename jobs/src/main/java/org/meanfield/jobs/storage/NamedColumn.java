package org.meanfield.jobs.storage;

import org.apache.spark.sql.Column;
import org.apache.spark.sql.functions;

/** Columns by their exact names: Spark itself reads more than a name where there are dots in it. */
public final class NamedColumn {
  private NamedColumn() {}

  /** The column of this name, whatever its letters are. */
  public static Column of(String name) {
    return functions.col("`" + name.replace("`", "``") + "`");
  }
}
