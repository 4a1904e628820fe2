package org.meanfield.jobs.ml;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.apache.spark.ml.param.Param;
import org.apache.spark.ml.param.Params;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.meanfield.jobs.testing.LocalSpark;
import py4j.reflection.ReflectionEngine;

/**
 * What PySpark's wrappers (pyspark.ml.wrapper, pyspark.ml.util) do with a stage in Java, done by
 * the same part of Py4J: methods are found by name, among those of a class, its ancestors and the
 * interfaces that these name themselves, and chosen by the types of the arguments. The arguments
 * are what Py4J makes of Python's values: Integer or Long, Double, Boolean, String, ArrayList.
 */
class PySparkCallsTest {
  private static final ReflectionEngine PY4J = new ReflectionEngine();
  private static final String PACKAGE = "org.meanfield.jobs.ml.";
  private static final String CLASSIFIER = PACKAGE + "ImageClassifier";
  private static final String MODEL = PACKAGE + "ImageClassificationModel";
  private static final String FEATURIZER = PACKAGE + "ImageFeaturizer";
  private static final String SPARK_ML = "org.apache.spark.ml.";

  @TempDir static Path folder;
  private static SparkSession spark;
  private static Dataset<Row> images;
  private static Object classifier;
  private static Object model;

  @BeforeAll
  static void fit() {
    spark = LocalSpark.session();
    images = TinyFrames.named(spark, 4, 1700).cache();
    classifier = construct(CLASSIFIER, "ImageClassifier_of_Python");
    call(classifier, "setModel", "mlp");
    call(classifier, "setSeed", 7);
    call(classifier, "setLearningRate", 0.01);
    call(classifier, "setRunDir", folder.resolve("runs").toString());
    for (String name : List.of("workers", "epochs", "averagingPeriod")) {
      set(classifier, name, 2);
    }
    set(classifier, "batchSize", 4);
    set(classifier, "validationFraction", 0.0);
    model = call(classifier, "fit", images);
  }

  private static Stream<Object> stages() {
    return Stream.of(
        construct(CLASSIFIER, "uid"),
        call(model, "copy", construct(SPARK_ML + "param.ParamMap")),
        callStatic(FEATURIZER, "of", model));
  }

  @ParameterizedTest
  @MethodSource("stages")
  void everyParameterTakesPythonsValues(Object stage) {
    for (Object each : (Object[]) call(stage, "params")) {
      String name = (String) call(each, "name");
      Param<Object> param = OtherValues.param((Params) stage, name);
      Object expected = OtherValues.of((Params) stage, param);
      set(stage, name, pythons(expected));
      assertThat(call(stage, "getOrDefault", param)).as(name).isEqualTo(expected);
      call(stage, "clear", param);
      assertThat(call(stage, "isSet", param)).isEqualTo(false);
      call(stage, "setByName", name, pythons(expected));
      assertThat(call(stage, "getOrDefault", param)).as(name).isEqualTo(expected);
      call(stage, "clear", param);
      setDefault(stage, param, pythons(expected));
      assertThat(call(stage, "getOrDefault", param)).as(name).isEqualTo(expected);
      assertThat(call(call(stage, "getDefault", param), "get")).isEqualTo(expected);
    }
    assertThat((String) call(stage, "explainParams")).contains("imageCol: ");
  }

  @Test
  void aWholeNumberIsADecimalForWhoSetsItByName() {
    Object stage = construct(CLASSIFIER, "uid");
    for (String name : List.of("learningRate", "clipNorm")) {
      call(stage, "setByName", name, 1);
      Object param = call(stage, "getParam", name);
      assertThat(call(stage, "getOrDefault", param)).isEqualTo(1.0);
    }
  }

  @ParameterizedTest
  @MethodSource("stages")
  void aStageIsCopiedSavedAndReadByItsClassesName(Object stage) {
    set(stage, "imageCol", "picture");
    Object copy = call(stage, "copy", construct(SPARK_ML + "param.ParamMap"));
    assertThat(call(copy, "uid")).isEqualTo(call(stage, "uid"));
    String path = folder.resolve("saved-" + stage.getClass().getSimpleName()).toString();
    call(call(call(copy, "write"), "overwrite"), "save", path);
    call(call(call(call(copy, "write"), "session", spark), "overwrite"), "save", path);
    Object reader = call(callStatic(stage.getClass().getName(), "read"), "session", spark);
    Object read = call(reader, "load", path);
    assertThat(call(call(read, "getClass"), "getName")).isEqualTo(stage.getClass().getName());
    assertThat(call(read, "uid")).isEqualTo(call(stage, "uid"));
    assertThat(call(read, "getOrDefault", call(read, "getParam", "imageCol"))).isEqualTo("picture");
    String direct = path + "-direct";
    call(read, "save", direct);
    Object again = callStatic(stage.getClass().getName(), "load", direct);
    assertThat(call(again, "uid")).isEqualTo(call(stage, "uid"));
  }

  @Test
  void aModelScoresAloneInAPipelineAndInASearch() {
    List<?> alone = scores(model);
    assertThat(alone).hasSize(12);
    String path = folder.resolve("model").toString();
    call(call(call(model, "write"), "overwrite"), "save", path);
    assertThat(scores(call(callStatic(MODEL, "read"), "load", path))).isEqualTo(alone);
    assertThat(scores(callStatic(MODEL, "of", spark, path))).isEqualTo(alone);

    Object pipeline = construct(SPARK_ML + "Pipeline", "pipeline");
    Object stages = PY4J.createArray(SPARK_ML + "PipelineStage", new int[] {1});
    java.lang.reflect.Array.set(stages, 0, classifier);
    call(pipeline, "setStages", stages);
    Object piped = call(pipeline, "fit", images);
    String pipes = folder.resolve("pipeline").toString();
    call(call(call(piped, "write"), "overwrite"), "save", pipes);
    Object read = callStatic(SPARK_ML + "PipelineModel", "load", pipes);
    assertThat(scores(read)).isEqualTo(alone);

    Object features = callStatic(FEATURIZER, "of", spark, path);
    Object described = call(features, "transform", images);
    assertThat(Arrays.asList((Object[]) call(described, "columns"))).contains("features", "reason");
  }

  @Test
  void whatAProgramAsksOfAModelIsThere() {
    assertThat((List<?>) call(model, "classNames")).hasSize(3);
    assertThat(call(model, "numClasses")).isEqualTo(3);
    assertThat((String) call(model, "modelId")).hasSize(64);
    assertThat(call(model, "uid")).isEqualTo("ImageClassifier_of_Python");
    assertThat(call(model, "hasParam", "topK")).isEqualTo(true);
    assertThat((String) call(model, "toString")).contains("numClasses=3");
  }

  private static List<?> scores(Object transformer) {
    Object scored = call(transformer, "transform", images);
    Object ordered = call(scored, "selectExpr", (Object) new String[] {"path", "prediction"});
    return (List<?>) call(ordered, "collectAsList");
  }

  /** A value as Py4J brings it. */
  private static Object pythons(Object value) {
    if (value instanceof Long number) {
      return number == number.intValue() ? (Object) number.intValue() : value;
    } else if (value instanceof double[] numbers) {
      return new ArrayList<>(Arrays.stream(numbers).boxed().toList());
    } else if (value instanceof String[] texts) {
      return new ArrayList<>(List.of(texts));
    }
    return value;
  }

  /** As JavaParams._transfer_params_to_java does. */
  private static void set(Object stage, String name, Object value) {
    call(stage, "set", call(call(stage, "getParam", name), "w", value));
  }

  private static void setDefault(Object stage, Object param, Object value) {
    ArrayList<Object> pairs = new ArrayList<>(List.of(call(param, "w", value)));
    call(
        stage, "setDefault", callStatic("org.apache.spark.api.python.PythonUtils", "toSeq", pairs));
  }

  private static Object construct(String type, Object... arguments) {
    return PY4J.invoke(null, PY4J.getConstructor(type, arguments), arguments);
  }

  private static Object call(Object target, String method, Object... arguments) {
    return PY4J.invoke(target, PY4J.getMethod(target, method, arguments), arguments);
  }

  private static Object callStatic(String type, String method, Object... arguments) {
    return PY4J.invoke(null, PY4J.getMethod(type, method, arguments), arguments);
  }
}
