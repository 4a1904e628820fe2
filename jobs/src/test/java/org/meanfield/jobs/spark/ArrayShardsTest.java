package org.meanfield.jobs.spark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.apache.spark.SparkConf;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.serializer.KryoSerializer;
import org.apache.spark.serializer.SerializerInstance;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.meanfield.error.DataException;
import org.meanfield.jobs.testing.LocalSpark;
import org.meanfield.model.FloatVector;
import org.meanfield.model.ModelState;
import org.meanfield.model.ModelStateCodec;
import org.meanfield.train.ArrayExample;
import org.meanfield.train.Contribution;
import org.meanfield.train.WorkerExamples;
import org.meanfield.train.WorkerTime;
import scala.Tuple2;
import scala.reflect.ClassTag$;

/** Shards of arrays that an RDD gives. */
class ArrayShardsTest {
  private static final long SEED = 4;
  private static JavaSparkContext spark;

  @BeforeAll
  static void start() {
    spark = new JavaSparkContext(LocalSpark.session().sparkContext());
  }

  @Test
  void partitionsAndTheirOrderDoNotMatter() {
    List<ArrayExample> examples = examples(40, 40);
    List<List<String>> one = shards(spark.parallelize(examples, 1), 3, "one");
    assertThat(one).extracting(List::size).containsExactly(13, 13, 14);
    List<ArrayExample> turned = new ArrayList<>(examples);
    Collections.reverse(turned);
    assertThat(shards(spark.parallelize(turned, 7), 3, "turned")).isEqualTo(one);
  }

  @Test
  void equalExamplesAreAllKeptAndLieTogether() {
    List<List<String>> shards = shards(spark.parallelize(examples(40, 5), 3), 3, "equal");
    Map<String, Integer> homes = new HashMap<>();
    int kept = 0;
    for (int worker = 0; worker < shards.size(); worker++) {
      for (String id : shards.get(worker)) {
        assertThat(homes.merge(id, worker, (before, now) -> before)).isEqualTo(worker);
        kept++;
      }
    }
    assertThat(kept).isEqualTo(40);
    assertThat(homes).hasSize(5);
  }

  @Test
  void anOwnersNewDataTakesThePlaceOfItsOld() {
    shards(spark.parallelize(examples(10, 10), 2), 2, "owner", 1);
    assertThat(held("owner", 1)).isTrue();
    shards(spark.parallelize(examples(12, 12), 2), 2, "other", 1);
    assertThat(held("owner", 1)).isTrue();
    shards(spark.parallelize(examples(12, 12), 2), 2, "owner", 2);
    assertThat(held("owner", 1)).isFalse();
    assertThat(held("other", 1)).isTrue();
  }

  @Test
  void whatIsClosedIsForgottenAndNothingElse() {
    shards(spark.parallelize(examples(10, 10), 2), 2, "stays", 1);
    shards(spark.parallelize(examples(10, 10), 2), 2, "closed", 1);
    Releases.listening().everywhere(new ShardName("closed", 1).id());
    assertThat(held("closed", 1)).isFalse();
    assertThat(held("stays", 1)).isTrue();
    Releases.listening().everywhere(new ShardName("stays", 1).id());
  }

  @Test
  void anRddThatGivesOtherDataEachTimeIsNamed() {
    ArrayStore store = new ArrayStore(2, 1, List.of(0, 5));
    ArrayExample example = examples(1, 1).get(0);
    ExampleKey key = ExampleKey.of(SEED, example.id());
    assertThatThrownBy(() -> store.build(1, List.of(new Tuple2<>(key, example)).iterator()))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("5 examples when it was first computed, and now 1")
        .hasMessageContaining("persist or checkpoint");
  }

  /** Applications of DL4J often choose Kryo for their shuffles and results. */
  @Test
  void whatTravelsSurvivesKryo() {
    SerializerInstance kryo = new KryoSerializer(new SparkConf()).newInstance();
    ArrayExample example = examples(1, 1).get(0);
    assertThat(copy(kryo, example, ArrayExample.class).id()).isEqualTo(example.id());
    ExampleKey key = ExampleKey.of(SEED, example.id());
    assertThat(copy(kryo, key, ExampleKey.class)).isEqualTo(key);
    ModelState state = new ModelState(FloatVector.wrap(new float[] {1}), FloatVector.empty());
    WorkerTime time = new WorkerTime(1, 2, 3);
    Contribution contribution = new Contribution(1, 2, state, 3, 0.5, time, List.of("id"));
    WireContribution wire =
        new WireContribution(contribution, ModelStateCodec.encode(state), time, "here");
    assertThat(copy(kryo, wire, WireContribution.class).decode()).isEqualTo(contribution);
  }

  private static <T> T copy(SerializerInstance kryo, T value, Class<T> type) {
    ByteBuffer bytes = kryo.serialize(value, ClassTag$.MODULE$.apply(type));
    return kryo.deserialize(bytes, ClassTag$.MODULE$.apply(type));
  }

  private static List<ArrayExample> examples(int count, int distinct) {
    List<ArrayExample> examples = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      int number = i % distinct;
      examples.add(
          ArrayExample.of(
              FloatVector.wrap(new float[] {number, -number}), FloatVector.wrap(new float[] {1})));
    }
    return examples;
  }

  private static List<List<String>> shards(JavaRDD<ArrayExample> rdd, int workers, String owner) {
    return shards(rdd, workers, owner, 1);
  }

  /** Ids of each worker's examples, in order. */
  private static List<List<String>> shards(
      JavaRDD<ArrayExample> rdd, int workers, String owner, int generation) {
    WorkerData data = WorkerData.shardArrays(rdd, 2, 1, workers, SEED, owner, generation);
    data.load();
    List<List<String>> ids = new ArrayList<>();
    for (int worker = 0; worker < workers; worker++) {
      WorkerExamples shard =
          LocalShards.get(new ShardName(owner, generation), absent(), worker, List.of());
      ids.add(IntStream.range(0, shard.size()).mapToObj(shard::id).toList());
    }
    assertThat(ids).extracting(List::size).isEqualTo(data.sizes());
    return ids;
  }

  private static boolean held(String owner, int generation) {
    try {
      LocalShards.get(new ShardName(owner, generation), absent(), 0, List.of());
      return true;
    } catch (IllegalStateException e) {
      return false;
    }
  }

  private static ShardStore<ArrayExample> absent() {
    return (worker, examples) -> {
      throw new IllegalStateException("The shard of worker " + worker + " is not here");
    };
  }
}
