package org.meanfield.jobs.dl4j;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import org.apache.spark.SparkEnv;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.function.FlatMapFunction;
import org.apache.spark.api.java.function.Function;
import org.meanfield.data.Sha256;
import org.meanfield.engine.nd4j.ExampleRows;
import org.meanfield.engine.nd4j.ExampleShape;
import org.meanfield.error.DataException;
import org.meanfield.model.FloatVector;
import org.meanfield.train.ArrayExample;
import scala.reflect.ClassTag$;

/**
 * What a fit trains on.
 *
 * @param key equal for two fits in one application that train on the same data
 * @param elements somebody's RDD
 * @param reader of its elements
 * @param <T> what the RDD holds
 */
record FitData<T>(String key, JavaRDD<T> elements, RowReader<T> reader) {

  /** The elements of an RDD: the same data as long as it is the same RDD. */
  static <T> FitData<T> of(JavaRDD<T> elements, RowReader<T> reader) {
    return new FitData<>("rdd-" + elements.id(), elements, reader);
  }

  /**
   * Files: the same data as long as paths and loader are the same, for who fits a folder again gets
   * a new RDD of the same paths.
   */
  static FitData<String> ofPaths(JavaRDD<String> paths, RowReader<String> reader) {
    MessageDigest digest = Sha256.digest();
    List<String> sorted = new ArrayList<>(paths.collect());
    sorted.sort(null);
    sorted.forEach(path -> digest.update((path + "\n").getBytes(StandardCharsets.UTF_8)));
    ByteBuffer closure =
        SparkEnv.get()
            .closureSerializer()
            .newInstance()
            .serialize(reader, ClassTag$.MODULE$.apply(RowReader.class));
    digest.update(closure);
    return new FitData<>("paths-" + HexFormat.of().formatHex(digest.digest()), paths, reader);
  }

  /** What the first example looks like; empty where there is none. */
  Optional<ExampleShape> shape() {
    return elements.map(new Dimensions<>(reader)).take(1).stream()
        .map(found -> new ExampleShape(found.subList(1, found.size()), found.get(0)))
        .findFirst();
  }

  /** All examples. Errors: those of another shape, where they are read. */
  JavaRDD<ArrayExample> examples(ExampleShape shape) {
    return elements.flatMap(new Examples<>(reader, shape));
  }

  /** Number of targets, then the features' dimensions: in a form that any serialiser takes. */
  private record Dimensions<T>(RowReader<T> reader) implements Function<T, ArrayList<Integer>> {
    @Override
    public ArrayList<Integer> call(T element) {
      ExampleShape shape = reader.read(element).shape();
      ArrayList<Integer> dimensions = new ArrayList<>(List.of(shape.targets()));
      dimensions.addAll(shape.features());
      return dimensions;
    }
  }

  /** The examples of an element. */
  private record Examples<T>(RowReader<T> reader, ExampleShape expected)
      implements FlatMapFunction<T, ArrayExample> {
    @Override
    public Iterator<ArrayExample> call(T element) {
      ExampleRows rows = reader.read(element);
      if (!rows.shape().equals(expected)) {
        throw new DataException(
            "The examples differ: the first has features "
                + expected.features()
                + " and "
                + expected.targets()
                + " targets, another has features "
                + rows.shape().features()
                + " and "
                + rows.shape().targets()
                + " targets; a network takes one shape");
      }
      List<FloatVector> features = rows.features();
      List<FloatVector> targets = rows.targets();
      List<ArrayExample> examples = new ArrayList<>();
      for (int i = 0; i < rows.size(); i++) {
        examples.add(ArrayExample.of(features.get(i), targets.get(i)));
      }
      return examples.iterator();
    }
  }
}
