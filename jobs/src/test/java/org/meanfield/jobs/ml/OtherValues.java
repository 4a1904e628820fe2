package org.meanfield.jobs.ml;

import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.apache.spark.ml.param.BooleanParam;
import org.apache.spark.ml.param.DoubleArrayParam;
import org.apache.spark.ml.param.DoubleParam;
import org.apache.spark.ml.param.IntParam;
import org.apache.spark.ml.param.LongParam;
import org.apache.spark.ml.param.Param;
import org.apache.spark.ml.param.Params;
import org.apache.spark.ml.param.StringArrayParam;

/** For any parameter of any stage a value that it takes and that is not what it has by itself. */
final class OtherValues {
  private OtherValues() {}

  /** A stage's parameters, ready to be set to anything. */
  static List<Param<Object>> paramsOf(Params stage) {
    return Arrays.stream(stage.params()).map(each -> param(stage, each.name())).toList();
  }

  /** One of them. */
  static Param<Object> param(Params stage, String name) {
    return stage.getParam(name);
  }

  /** The value; fails where none is found. */
  static Object of(Params stage, Param<Object> param) {
    Object fallback = stage.hasDefault(param) ? stage.getDefault(param).get() : null;
    return candidates(param)
        .filter(value -> !Objects.equals(value, fallback))
        .filter(value -> takes(param, value))
        .findFirst()
        .orElseThrow(
            () -> new AssertionError("No value is known for " + param.name() + ": " + param.doc()));
  }

  private static boolean takes(Param<Object> param, Object value) {
    try {
      return param.w(value).value().equals(value);
    } catch (IllegalArgumentException e) {
      return false;
    }
  }

  /** Of a choice the words are in its description. */
  private static Stream<?> candidates(Param<?> param) {
    if (param instanceof BooleanParam) {
      return Stream.of(true, false);
    } else if (param instanceof IntParam) {
      return Stream.of(3, 2, 1, 64);
    } else if (param instanceof LongParam) {
      return Stream.of(1L << 33, 3L, 1L);
    } else if (param instanceof DoubleParam) {
      return Stream.of(0.375, 1.5, 0.0, 1.0);
    } else if (param instanceof DoubleArrayParam) {
      return Stream.of(new double[] {0.25, 0.5}, new double[] {0.5}, new double[] {1, 2, 3});
    } else if (param instanceof StringArrayParam) {
      return Stream.of((Object) new String[] {"a, b", "c"});
    }
    return Stream.concat(
        Stream.of("another", "48x32", "http://another"),
        Arrays.stream(param.doc().split("[^\\w.-]+")));
  }
}
