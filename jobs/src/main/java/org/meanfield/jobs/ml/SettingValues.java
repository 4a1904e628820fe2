package org.meanfield.jobs.ml;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.apache.spark.ml.param.DoubleArrayParam;
import org.apache.spark.ml.param.DoubleParam;
import org.apache.spark.ml.param.LongParam;
import org.apache.spark.ml.param.Param;
import org.apache.spark.ml.param.StringArrayParam;
import org.meanfield.config.Setting;

/**
 * A setting's value in the two forms that it has: a Spark ML parameter's, and a configuration's.
 */
final class SettingValues {
  private SettingValues() {}

  /** What a configuration file would hold for a parameter's value. */
  static Object forConfiguration(Object value) {
    if (value instanceof double[] numbers) {
      return Arrays.stream(numbers).boxed().toList();
    }
    return value instanceof String[] texts ? List.of(texts) : value;
  }

  /**
   * A value in its parameter's type. Python knows no more than integers, decimals and lists:
   * through Py4J they come as Integer, Double and List, whatever the parameter is made of.
   */
  static Object typed(Param<?> param, Object value) {
    if (param instanceof LongParam && value instanceof Integer number) {
      return number.longValue();
    }
    if (param instanceof DoubleParam && value instanceof Integer number) {
      return number.doubleValue();
    }
    if (param instanceof DoubleArrayParam && value instanceof List<?> numbers) {
      return numbers.stream().mapToDouble(number -> ((Number) number).doubleValue()).toArray();
    }
    if (param instanceof StringArrayParam && value instanceof List<?> texts) {
      return texts.toArray(new String[0]);
    }
    return value;
  }

  /** The default as a parameter's value; empty where the setting has none. */
  static Optional<Object> fallback(Setting<?> setting) {
    Object value = setting.fallback().orElse(null);
    if (value instanceof Optional<?> inner) {
      value = inner.orElse(null);
    }
    return value == null ? Optional.empty() : Optional.of(forParameter(setting, value));
  }

  private static Object forParameter(Setting<?> setting, Object value) {
    return switch (setting.kind()) {
      case CHOICE -> setting.show(value);
      case DECIMALS -> ((List<?>) value).stream().mapToDouble(number -> (Double) number).toArray();
      case TEXTS -> ((List<?>) value).toArray(new String[0]);
      case INTEGER, LONG, DECIMAL, TEXT, FLAG -> value;
    };
  }
}
