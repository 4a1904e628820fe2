package org.meanfield.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.meanfield.average.AveragingSchedule;
import org.meanfield.average.ExchangeCodec;
import org.meanfield.average.OuterOptimizer;
import org.meanfield.data.ClassIndex;
import org.meanfield.data.EpochOrder;
import org.meanfield.data.ImageSpec;
import org.meanfield.data.Normalization;
import org.meanfield.data.ResizePolicy;
import org.meanfield.data.Sha256;
import org.meanfield.engine.Minibatch;
import org.meanfield.image.Augmentation;
import org.meanfield.image.CropPolicy;
import org.meanfield.image.FlipPolicy;
import org.meanfield.image.ImagePreparation;
import org.meanfield.image.PixelImage;
import org.meanfield.image.PngEncoder;
import org.meanfield.model.Architectures;
import org.meanfield.model.FloatVector;
import org.meanfield.model.Network;
import org.meanfield.model.TrainingRecipe;

/** Whatever the store and however many threads read from it, training sees the same minibatches. */
class ExampleStoresTest {
  private static final int EXAMPLES = 53;
  private static final ImageSpec SPEC =
      new ImageSpec(16, 16, 3, ResizePolicy.CROP, Normalization.unitRange(3));

  @TempDir private Path folder;

  @Test
  void encodedAndDecodedStoresGiveTheSameMinibatchesWithAnyNumberOfThreads() {
    List<byte[]> images = images();
    PackedExamples decoded = decoded(images);
    TrainingPlan plan = plan();
    Round round = plan.nextRound(TrainingClock.START);
    List<Minibatch> expected = minibatches(plan, decoded, round);
    assertThat(expected).hasSize(round.iterations());
    for (int readers : new int[] {1, 2, 4}) {
      EncodedExamples encoded = encoded(images, readers, 1 << 20);
      assertThat(encoded.readers()).isEqualTo(readers);
      assertThat(minibatches(plan, encoded, round)).isEqualTo(expected);
    }
  }

  @Test
  void theIndexFindsEveryExampleInEveryChunk() {
    List<byte[]> images = images();
    PackedExamples decoded = decoded(images);
    EncodedExamples encoded = encoded(images, 1, 4000);
    assertThat(encoded.size()).isEqualTo(EXAMPLES);
    for (int i = 0; i < EXAMPLES; i++) {
      assertThat(encoded.id(i)).isEqualTo(decoded.id(i)).isEqualTo(id(images.get(i)));
      assertThat(encoded.label(i)).isEqualTo(decoded.label(i)).isEqualTo(i % 3);
      assertThat(encoded.image(i)).isEqualTo(decoded.image(i));
    }
  }

  @Test
  void randomPartsComeFromEncodedImagesWithAnyNumberOfThreads() {
    List<byte[]> images = images();
    Augmentation parts = new Augmentation(CropPolicy.RESIZED, 0, FlipPolicy.HORIZONTAL, 0);
    TrainingPlan plan = plan(parts);
    Round round = plan.nextRound(TrainingClock.START);
    List<Minibatch> expected = minibatches(plan, encoded(images, 1, 1 << 20), round);
    assertThat(minibatches(plan, encoded(images, 3, 1 << 20), round)).isEqualTo(expected);
    TrainingPlan padded = plan(new Augmentation(0, FlipPolicy.HORIZONTAL, 0));
    assertThat(minibatches(padded, encoded(images, 2, 1 << 20), round)).isNotEqualTo(expected);
    assertThatThrownBy(() -> minibatches(plan, decoded(images), round))
        .hasMessageContaining("keep the encoded images");
  }

  @Test
  void arraysAreTrainedOnAsTheyAre() {
    int features = 4;
    List<ArrayExample> examples = new ArrayList<>();
    ArrayExamples arrays;
    try (ArrayExamples.Writer writer =
        new ArrayExamples.Writer(folder.resolve("arrays"), features, 2)) {
      for (int i = 0; i < EXAMPLES; i++) {
        float[] values = {i, -i, 0.5f, Float.MIN_VALUE};
        FloatVector targets = FloatVector.wrap(new float[] {i % 2, 1 - i % 2});
        examples.add(ArrayExample.of(FloatVector.wrap(values), targets));
        writer.add(examples.get(i).id(), examples.get(i));
      }
      assertThatThrownBy(
              () ->
                  writer.add(
                      examples.get(0).id(),
                      ArrayExample.of(FloatVector.empty(), FloatVector.empty())))
          .hasMessageContaining("0 values, expected 4 features and 2 targets");
      arrays = writer.finish();
    }
    assertThat(arrays.size()).isEqualTo(EXAMPLES);
    assertThat(arrays.id(7)).isEqualTo(examples.get(7).id()).isNotEqualTo(arrays.id(8));
    TrainingPlan plan = plan(Augmentation.none(), 0);
    Minibatch minibatch = arrays.maker(plan, 0, 0).make(List.of(7, 52));
    assertThat(minibatch.pixels())
        .isEqualTo(
            FloatVector.wrap(
                new float[] {7, -7, 0.5f, Float.MIN_VALUE, 52, -52, 0.5f, Float.MIN_VALUE}));
    assertThat(minibatch.targets()).isEqualTo(FloatVector.wrap(new float[] {1, 0, 0, 1}));
    assertThatThrownBy(() -> arrays.maker(plan(), 3, 0)).hasMessageContaining("worker 3");
  }

  @Test
  void weightsFollowTheirExamplesAndChangeNothingElse() {
    PackedExamples plain = decoded(images());
    float[] weights = new float[EXAMPLES];
    for (int i = 0; i < EXAMPLES; i++) {
      weights[i] = i;
    }
    WorkerExamples weighted = new WeightedExamples(plain, FloatVector.wrap(weights));
    TrainingPlan plan = plan();
    Round round = plan.nextRound(TrainingClock.START);
    EpochOrder order = EpochOrder.of(plan.seed(), 0, 0, EXAMPLES);
    List<Minibatch> expected = minibatches(plan, plain, round);
    List<Minibatch> found = minibatches(plan, weighted, round);
    assertThat(found).hasSameSizeAs(expected);
    int position = 0;
    for (int i = 0; i < found.size(); i++) {
      Minibatch minibatch = found.get(i);
      assertThat(minibatch.weighing(FloatVector.empty())).isEqualTo(expected.get(i));
      for (int j = 0; j < minibatch.size(); j++) {
        assertThat(minibatch.weights().get(j)).isEqualTo(order.example(position++));
      }
    }
    assertThat(position).isEqualTo(EXAMPLES);
    FloatVector tooFew = FloatVector.wrap(new float[2]);
    assertThatThrownBy(() -> new WeightedExamples(plain, tooFew))
        .hasMessageContaining("53 examples cannot have 2 weights");
  }

  @Test
  void aFailureWhileDecodingNamesTheWorker() {
    List<byte[]> images = images();
    images.set(0, new byte[] {1, 2, 3});
    TrainingPlan plan = plan();
    EncodedExamples broken = encoded(images, 2, 1 << 20);
    Round epoch = new Round(0, 0, 0, 0, 7);
    assertThatThrownBy(() -> minibatches(plan, broken, epoch))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("Worker 0")
        .hasMessageContaining("epoch 0");
  }

  private static List<Minibatch> minibatches(
      TrainingPlan plan, WorkerExamples examples, Round round) {
    List<Minibatch> minibatches = new ArrayList<>();
    EpochOrder order = EpochOrder.of(plan.seed(), round.epoch(), 0, examples.size());
    ExecutorService threads = Executors.newFixedThreadPool(examples.readers());
    try (MinibatchStream stream = new MinibatchStream(threads, plan, examples, order, 0, round)) {
      while (stream.hasNext()) {
        minibatches.add(stream.next());
      }
    } finally {
      threads.shutdownNow();
    }
    return minibatches;
  }

  private PackedExamples decoded(List<byte[]> images) {
    try (PackedExamples.Writer writer =
        new PackedExamples.Writer(folder.resolve("pixels"), 16, 16, 3)) {
      for (int i = 0; i < images.size(); i++) {
        byte[] image = images.get(i);
        writer.add(id(image), i % 3, ImagePreparation.prepare(image, SPEC));
      }
      return writer.finish();
    }
  }

  private EncodedExamples encoded(List<byte[]> images, int readers, int chunkBytes) {
    Path data = folder.resolve("images" + readers);
    Path index = folder.resolve("index" + readers);
    try (EncodedExamples.Writer writer =
        new EncodedExamples.Writer(data, index, SPEC, readers, chunkBytes)) {
      for (int i = 0; i < images.size(); i++) {
        writer.add(id(images.get(i)), i % 3, images.get(i));
      }
      return writer.finish();
    }
  }

  private static String id(byte[] image) {
    return Sha256.hex(image);
  }

  /** PNG and JPEG in turn, some of them large enough to be decoded at a part of their size. */
  private static List<byte[]> images() {
    Random random = new Random(4);
    List<byte[]> images = new ArrayList<>();
    for (int i = 0; i < EXAMPLES; i++) {
      int height = 12 + random.nextInt(100);
      int width = 12 + random.nextInt(100);
      byte[] pixels = new byte[height * width * 3];
      random.nextBytes(pixels);
      PixelImage image = new PixelImage(height, width, 3, pixels);
      images.add(i % 2 == 0 ? PngEncoder.encode(image) : jpeg(image));
    }
    return images;
  }

  private static byte[] jpeg(PixelImage image) {
    BufferedImage copy =
        new BufferedImage(image.width(), image.height(), BufferedImage.TYPE_3BYTE_BGR);
    for (int row = 0; row < image.height(); row++) {
      for (int column = 0; column < image.width(); column++) {
        for (int channel = 0; channel < 3; channel++) {
          copy.getRaster().setSample(column, row, channel, image.value(row, column, channel));
        }
      }
    }
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try {
      assertThat(ImageIO.write(copy, "jpg", out)).isTrue();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return out.toByteArray();
  }

  private static TrainingPlan plan() {
    return plan(new Augmentation(2, FlipPolicy.HORIZONTAL, 4));
  }

  private static TrainingPlan plan(Augmentation augmentation) {
    return plan(augmentation, 0.1);
  }

  private static TrainingPlan plan(Augmentation augmentation, double labelSmoothing) {
    Network network =
        Architectures.build(
            "mlp", SPEC, new ClassIndex(List.of("a", "b", "c")), TrainingRecipe.plain(0.1, 1));
    return new TrainingPlan(
        network,
        List.of(EXAMPLES),
        1,
        8,
        new AveragingSchedule.Constant(100),
        OuterOptimizer.PLAIN,
        ExchangeCodec.FP32,
        augmentation,
        labelSmoothing,
        7,
        "nd4j");
  }
}
