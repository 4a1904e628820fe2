package org.meanfield.jobs.ml;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;
import org.apache.spark.ml.Pipeline;
import org.apache.spark.ml.PipelineStage;
import org.apache.spark.ml.Transformer;
import org.apache.spark.ml.param.Param;
import org.apache.spark.ml.param.ParamMap;
import org.apache.spark.ml.util.DefaultParamsReader;
import org.apache.spark.ml.util.MLWritable;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.functions;
import org.apache.spark.sql.streaming.StreamingQuery;
import org.apache.spark.sql.streaming.StreamingQueryException;
import org.apache.spark.sql.streaming.Trigger;
import org.apache.spark.sql.types.Metadata;
import org.apache.spark.sql.types.StructType;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.meanfield.jobs.testing.LocalSpark;

/**
 * What Spark asks of every stage of a pipeline, asked of all of ours: parameters, copies, schemas,
 * streams, files. Source: what Spark's own suites check of its stages (ParamsSuite,
 * DefaultReadWriteTest, EstimatorTest, MLTest).
 */
class StageContractTest {
  @TempDir static Path folder;
  private static SparkSession spark;
  private static Dataset<Row> images;
  private static ImageClassifier classifier;
  private static ImageClassificationModel model;

  @BeforeAll
  static void fit() {
    spark = LocalSpark.session();
    Metadata noted = Metadata.fromJson("{\"noted\":\"by another stage\"}");
    images =
        TinyFrames.named(spark, 4, 1300)
            .withColumn("kept", functions.lit(7))
            .withMetadata("kept", noted)
            .cache();
    classifier = TinyFrames.classifier().setRunDir(folder.resolve("runs").toString());
    model = classifier.fit(images);
  }

  /** New ones with each call. */
  private static Stream<PipelineStage> stages() {
    return Stream.concat(
        Stream.of(classifier.copy(ParamMap.empty())),
        transformers().map(PipelineStage.class::cast));
  }

  /** One image at a time: which images share a minibatch may change a last bit. */
  private static Stream<Transformer> transformers() {
    return Stream.of(
        model.copy(ParamMap.empty()).setByName("predictBatchSize", 1),
        ImageFeaturizer.of(model).setByName("predictBatchSize", 1));
  }

  @Test
  void everyStageOfThePackageIsAmongThem() {
    List<String> found =
        new ClassFileImporter()
                .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
                .importPackages("org.meanfield.jobs.ml")
                .stream()
                .filter(type -> PipelineStage.class.isAssignableFrom(type.reflect()))
                .map(type -> type.getName())
                .toList();
    assertThat(stages().map(stage -> stage.getClass().getName()))
        .containsExactlyInAnyOrderElementsOf(found);
  }

  @ParameterizedTest
  @MethodSource("stages")
  void parametersAreOrderedOwnedAndExplained(PipelineStage stage) throws NoSuchMethodException {
    List<String> names = Arrays.stream(stage.params()).map(Param::name).toList();
    assertThat(names).isSorted().doesNotHaveDuplicates().isNotEmpty();
    for (Param<?> param : stage.params()) {
      assertThat(param.parent()).isEqualTo(stage.uid());
      assertThat(stage.hasParam(param.name())).isTrue();
      assertThat(stage.getParam(param.name())).isSameAs(param);
      assertThat(param.doc()).as(param.name()).isNotBlank();
      String explained = stage.explainParam(param);
      assertThat(explained).startsWith(param.name() + ": " + param.doc());
      assertThat(explained.contains("default: ")).isEqualTo(stage.hasDefault(param));
      assertThat(explained.contains("current: ")).isEqualTo(stage.isSet(param));
      assertThat(explained.contains("(undefined)")).isEqualTo(!stage.isDefined(param));
      assertThat(stage.explainParams()).contains(explained);
    }
    assertThat(stage.hasParam("none")).isFalse();
    assertThatThrownBy(() -> stage.getParam("none")).isInstanceOf(NoSuchElementException.class);
    assertThat(stage.toString()).contains(stage.uid());
    assertThat(stage.getClass().getMethod("copy", ParamMap.class).getReturnType())
        .isEqualTo(stage.getClass());
  }

  @ParameterizedTest
  @MethodSource("stages")
  void aParameterIsSetClearedAndOverriddenWithoutTouchingCopies(PipelineStage stage) {
    for (Param<Object> param : OtherValues.paramsOf(stage)) {
      boolean before = stage.isSet(param);
      Object old = before ? stage.getOrDefault(param) : null;
      Object other = OtherValues.of(stage, param);
      PipelineStage copy = stage.copy(new ParamMap().put(param.w(other)));
      assertThat(copy.uid()).isEqualTo(stage.uid());
      assertThat(copy.getOrDefault(copy.getParam(param.name()))).isEqualTo(other);
      assertThat(stage.isSet(param)).as(param.name()).isEqualTo(before);
      assertThat(stage.extractParamMap(new ParamMap().put(param.w(other))).get(param).get())
          .isEqualTo(other);
      stage.set(param, other);
      assertThat(stage.isSet(param) && stage.isDefined(param)).isTrue();
      assertThat(stage.extractParamMap().get(param).get()).isEqualTo(other);
      stage.clear(param);
      assertThat(stage.isSet(param)).isFalse();
      assertThat(stage.isDefined(param)).isEqualTo(stage.hasDefault(param));
      assertThat(copy.getOrDefault(copy.getParam(param.name()))).isEqualTo(other);
      if (before) {
        stage.set(param, old);
      }
    }
  }

  @ParameterizedTest
  @MethodSource("stages")
  void aStageWithNoDefaultLeftIsWrittenAndReadAgain(PipelineStage stage) throws IOException {
    for (Param<Object> param : OtherValues.paramsOf(stage)) {
      stage.set(param, OtherValues.of(stage, param));
    }
    String path = folder.resolve("saved-" + stage.getClass().getSimpleName()).toString();
    ((MLWritable) stage).save(path);
    assertThatThrownBy(() -> ((MLWritable) stage).save(path)).isInstanceOf(IOException.class);
    ((MLWritable) stage).write().overwrite().save(path);
    PipelineStage read = DefaultParamsReader.loadParamsInstance(path, spark.sparkContext());
    assertThat(read).hasSameClassAs(stage);
    assertThat(read.uid()).isEqualTo(stage.uid());
    assertThat(read.params()).hasSameSizeAs(stage.params());
    for (Param<?> param : stage.params()) {
      Param<Object> again = read.getParam(param.name());
      assertThat(read.isSet(again)).as(param.name()).isTrue();
      assertThat(read.getOrDefault(again)).isEqualTo(stage.getOrDefault(param));
      assertThat(read.hasDefault(again)).isEqualTo(stage.hasDefault(param));
    }
  }

  @Test
  void aModelKnowsItsParentAndHasItsParameters() {
    assertThat(model.uid()).isEqualTo(classifier.uid());
    assertThat(model.parent()).isSameAs(classifier);
    ImageClassificationModel copied = model.copy(ParamMap.empty());
    assertThat(copied.parent()).isSameAs(classifier);
    ImageClassificationModel two =
        classifier.fit(images, new ParamMap().put(classifier.integerParam("topK").w(2)));
    assertThat(two.getOrDefault(two.getParam("topK"))).isEqualTo(2);
    assertThat(classifier.isSet(classifier.getParam("topK"))).isFalse();
    assertThat(two.modelId()).isEqualTo(model.modelId());
    for (Param<Object> param : OtherValues.paramsOf(model)) {
      Param<Object> before = classifier.getParam(param.name());
      assertThat(model.isSet(param)).as(param.name()).isEqualTo(classifier.isSet(before));
      if (model.isDefined(param)) {
        assertThat(model.getOrDefault(param)).isEqualTo(classifier.getOrDefault(before));
      }
    }
  }

  @ParameterizedTest
  @MethodSource("transformers")
  void theSchemaIsKnownBeforehandAndOtherColumnsStayAsTheyAre(Transformer stage) {
    StructType expected = stage.transformSchema(images.schema());
    Dataset<Row> transformed = stage.transform(images);
    assertThat(transformed.schema()).isEqualTo(expected);
    assertThat(expected.apply("kept")).isEqualTo(images.schema().apply("kept"));
    String[] kept = {"path", "label", "sha2(image, 256)", "kept"};
    assertThat(transformed.selectExpr(kept).collectAsList())
        .isEqualTo(images.selectExpr(kept).collectAsList());
    assertThat(transformed.drop("image").collectAsList())
        .isEqualTo(stage.transform(images).drop("image").collectAsList());
    assertThatThrownBy(() -> stage.transformSchema(images.drop("image").schema()))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> stage.transformSchema(expected))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void anEstimatorsSchemaIsItsModels() {
    StructType promised = classifier.transformSchema(images.schema());
    StructType found = model.transform(images).schema();
    assertThat(promised.fieldNames()).isEqualTo(found.fieldNames());
    for (String name : promised.fieldNames()) {
      assertThat(promised.apply(name).dataType()).isEqualTo(found.apply(name).dataType());
    }
  }

  @ParameterizedTest
  @MethodSource("transformers")
  void extraParametersHoldForOneCallAndAPipelineChangesNothing(Transformer stage) {
    Dataset<Row> renamed =
        stage.transform(
            images.withColumnRenamed("image", "picture"),
            new ParamMap().put(OtherValues.param(stage, "imageCol").w("picture")));
    Dataset<Row> direct = stage.transform(images);
    assertThat(renamed.drop("picture").collectAsList())
        .isEqualTo(direct.drop("image").collectAsList());
    Dataset<Row> piped =
        new Pipeline().setStages(new PipelineStage[] {stage}).fit(images).transform(images);
    assertThat(piped.schema()).isEqualTo(direct.schema());
    assertThat(piped.drop("image").collectAsList()).isEqualTo(direct.drop("image").collectAsList());
  }

  @ParameterizedTest
  @MethodSource("transformers")
  void aStreamGetsWhatABatchGets(Transformer stage)
      throws TimeoutException, StreamingQueryException {
    String rows = folder.resolve("rows").toString();
    images.write().mode("overwrite").parquet(rows);
    String name = "streamed" + stage.getClass().getSimpleName();
    Dataset<Row> arriving = spark.readStream().schema(images.schema()).parquet(rows);
    assertThat(stage.transform(arriving).isStreaming()).isTrue();
    StreamingQuery query =
        stage
            .transform(arriving)
            .drop("image")
            .writeStream()
            .format("memory")
            .queryName(name)
            .trigger(Trigger.AvailableNow())
            .start();
    query.awaitTermination();
    assertThat(spark.table(name).orderBy("path").collectAsList())
        .hasSize(12)
        .isEqualTo(
            stage
                .transform(spark.read().parquet(rows))
                .drop("image")
                .orderBy("path")
                .collectAsList());
  }
}
