package org.meanfield.jobs.ingest;

import java.util.Optional;
import java.util.OptionalDouble;
import org.apache.spark.api.java.function.Function;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.apache.spark.util.LongAccumulator;
import org.meanfield.data.Sha256;
import org.meanfield.data.Split;
import org.meanfield.image.BadImageException;
import org.meanfield.image.BadImageException.Reason;
import org.meanfield.image.ImageDecoder;
import org.meanfield.image.ImageInfo;
import org.meanfield.image.ImageInspector;
import org.meanfield.image.PixelImage;
import org.meanfield.image.PixelStatistics;
import scala.Tuple2;

/**
 * Checks each input once, fully decoding it, and notes what later steps need: identity, size and
 * pixel sums, or the reason why it cannot be used. No bad image fails the task.
 *
 * @param maxPixels limit on what a header may announce
 * @param sourceSplits whether the source's splits are kept
 * @param weightColumn name of the column with the weights, for messages; null where there is none
 * @param checked counts inputs, for progress only
 */
record ImageCheck(
    long maxPixels,
    IngestSettings.SourceSplits sourceSplits,
    String weightColumn,
    LongAccumulator checked)
    implements Function<Tuple2<SourceImage, Long>, Row> {
  private static final long serialVersionUID = 1L;

  /** Columns of pixel sums: red, green, blue, grey; squares likewise. */
  static final int SUMS = 4;

  /** A row per input: {@code reason} is null exactly for those that can be used. */
  static final StructType SCHEMA =
      new StructType()
          .add("key", DataTypes.LongType)
          .add("origin", DataTypes.StringType)
          .add("label", DataTypes.StringType)
          .add("split", DataTypes.StringType)
          .add("reason", DataTypes.StringType)
          .add("detail", DataTypes.StringType)
          .add("id", DataTypes.StringType)
          .add("image", DataTypes.BinaryType)
          .add("bytes", DataTypes.LongType)
          .add("height", DataTypes.IntegerType)
          .add("width", DataTypes.IntegerType)
          .add("channels", DataTypes.IntegerType)
          .add("pixels", DataTypes.LongType)
          .add("sum0", DataTypes.LongType)
          .add("sum1", DataTypes.LongType)
          .add("sum2", DataTypes.LongType)
          .add("sum3", DataTypes.LongType)
          .add("square0", DataTypes.LongType)
          .add("square1", DataTypes.LongType)
          .add("square2", DataTypes.LongType)
          .add("square3", DataTypes.LongType)
          .add("weight", DataTypes.DoubleType);

  @Override
  public Row call(Tuple2<SourceImage, Long> keyed) {
    SourceImage image = keyed._1();
    checked.add(1);
    if (image.problem() != null) {
      return rejected(keyed, "unreadable", image.problem());
    }
    if (image.label() == null || image.label().isBlank()) {
      return rejected(keyed, "no-label", "No label is given");
    }
    boolean hasSplit = image.split() != null && !image.split().isBlank();
    Optional<Split> split = hasSplit ? Split.parse(image.split().strip()) : Optional.empty();
    if (hasSplit && split.isEmpty()) {
      return rejected(keyed, "unknown-split", "'" + image.split() + "' is not a split");
    }
    OptionalDouble weight = ExampleWeights.parse(image.weight());
    if (weightColumn != null && weight.isEmpty()) {
      return rejected(
          keyed,
          "bad-weight",
          "'" + image.weight() + "' in column '" + weightColumn + "' is no number of 0 or more");
    }
    try {
      return accepted(
          keyed,
          sourceSplits == IngestSettings.SourceSplits.USE
              ? split.map(Split::id).orElse(null)
              : null,
          weightColumn == null ? null : (Double) weight.getAsDouble());
    } catch (BadImageException e) {
      return rejected(keyed, e.reason().id(), e.getMessage());
    } catch (RuntimeException e) {
      // A decoder's defect must cost one image, not the whole ingest; it is reported like any
      // other reason.
      return rejected(keyed, Reason.UNDECODABLE.id(), "The decoder failed: " + e);
    }
  }

  private Row accepted(Tuple2<SourceImage, Long> keyed, String split, Double weight) {
    SourceImage image = keyed._1();
    byte[] encoded = image.encoded();
    ImageInfo info = ImageInspector.inspect(encoded, maxPixels);
    PixelImage pixels = ImageDecoder.decode(encoded, info.channels() < 3 ? 1 : 3, maxPixels);
    PixelStatistics colour = PixelStatistics.of(pixels);
    PixelStatistics grey =
        pixels.channels() == 1 ? colour : PixelStatistics.of(ImageDecoder.withChannels(pixels, 1));
    int last = colour.sums().size() - 1;
    return RowFactory.create(
        keyed._2(),
        image.origin(),
        image.label().strip(),
        split,
        null,
        null,
        Sha256.hex(encoded),
        encoded,
        (long) encoded.length,
        info.height(),
        info.width(),
        info.channels(),
        colour.pixels(),
        colour.sums().get(0),
        colour.sums().get(Math.min(1, last)),
        colour.sums().get(last),
        grey.sums().get(0),
        colour.squares().get(0),
        colour.squares().get(Math.min(1, last)),
        colour.squares().get(last),
        grey.squares().get(0),
        weight);
  }

  private static Row rejected(Tuple2<SourceImage, Long> keyed, String reason, String detail) {
    Object[] values = new Object[SCHEMA.length()];
    values[0] = keyed._2();
    values[1] = keyed._1().origin();
    values[2] = keyed._1().label();
    values[3] = keyed._1().split();
    values[4] = reason;
    values[5] = detail;
    return RowFactory.create(values);
  }
}
