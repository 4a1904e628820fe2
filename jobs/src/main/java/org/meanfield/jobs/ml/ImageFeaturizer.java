package org.meanfield.jobs.ml;

import java.util.Optional;
import org.apache.spark.ml.Transformer;
import org.apache.spark.ml.param.Param;
import org.apache.spark.ml.param.ParamMap;
import org.apache.spark.ml.util.Identifiable;
import org.apache.spark.ml.util.MLReader;
import org.apache.spark.ml.util.MLWritable;
import org.apache.spark.ml.util.MLWriter;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.StructType;
import org.meanfield.engine.nd4j.Embedding;
import org.meanfield.jobs.storage.ModelFiles;
import org.meanfield.jobs.storage.ShippedModel;
import org.meanfield.jobs.storage.Storage;
import org.meanfield.model.TrainedModel;

/**
 * Describes images by the values of a layer of a trained network: features for any of Spark's own
 * algorithms. The network stays as it is.
 */
public final class ImageFeaturizer extends Transformer implements MLWritable {
  private static final long serialVersionUID = 1L;

  private final String uid;
  private final ParamList list;
  private final ImageParams images;
  private final Param<String> outputCol;
  private final Param<String> layer;
  private final Param<String> reasonCol;
  private final ShippedModel backbone;
  private transient String cutAfter;
  private transient SharedModel cut;

  ImageFeaturizer(String uid, ShippedModel backbone) {
    this.uid = uid;
    this.backbone = backbone;
    this.list = new ParamList(this);
    this.images = new ImageParams(this, list);
    this.outputCol =
        list.addText("outputCol", "Column for the layer's values (vector).", "features");
    this.layer =
        list.addText(
            "layer",
            "Name of the layer; if unset, the one that feeds the classifier. Of a layer whose"
                + " values are images, the mean of each channel is taken.");
    this.reasonCol =
        list.addText(
            "reasonCol",
            "Column for the reason why an image got no features (text, null for good ones); empty"
                + " for none.",
            "reason");
  }

  /** With the network of a run, a {@code model.zip}, an export, or a saved model. */
  public static ImageFeaturizer of(SparkSession spark, String uri) {
    Storage storage = new Storage(spark.sparkContext().hadoopConfiguration());
    return new ImageFeaturizer(
        Identifiable.randomUID("imageFeaturizer"),
        ShippedModel.ofTrained(uri, ModelFiles.trained(storage, uri)));
  }

  /** With the network of a model. */
  public static ImageFeaturizer of(ImageClassificationModel model) {
    return new ImageFeaturizer(Identifiable.randomUID("imageFeaturizer"), model.shipped());
  }

  /** Reads what {@link #write} wrote. */
  public static MLReader<ImageFeaturizer> read() {
    return new ModelReader<>(ImageFeaturizer.class, ImageFeaturizer::new);
  }

  /** Reads a saved featurizer. */
  public static ImageFeaturizer load(String path) {
    return read().load(path);
  }

  /** Writes parameters and the whole network. */
  @Override
  public MLWriter write() {
    return new ModelWriter(this, backbone);
  }

  @Override
  public String uid() {
    return uid;
  }

  @Override
  public Param<?>[] params() {
    return list.sorted();
  }

  /** Sets {@code imageCol}. */
  public ImageFeaturizer setImageCol(String name) {
    set(images.imageCol, name);
    return this;
  }

  /** Sets {@code outputCol}. */
  public ImageFeaturizer setOutputCol(String name) {
    set(outputCol, name);
    return this;
  }

  /** Sets {@code reasonCol}; empty for none. */
  public ImageFeaturizer setReasonCol(String name) {
    set(reasonCol, name);
    return this;
  }

  /** Sets {@code layer}. */
  public ImageFeaturizer setLayer(String name) {
    set(layer, name);
    return this;
  }

  /** Sets {@code handleInvalid}: {@code keep}, {@code skip} or {@code error}. */
  public ImageFeaturizer setHandleInvalid(String what) {
    set(images.handleInvalid, what);
    return this;
  }

  /** Sets any parameter by its name; {@link #explainParams} lists them. */
  public ImageFeaturizer setByName(String name, Object value) {
    list.set(name, value);
    return this;
  }

  @Override
  public StructType transformSchema(StructType schema) {
    images.column(schema);
    return columns().addTo(schema);
  }

  @Override
  public Dataset<Row> transform(Dataset<?> dataset) {
    StructType output = transformSchema(dataset.schema());
    return ScoringTask.of(dataset, cut(), images, columns()).on(dataset, output);
  }

  @Override
  public ImageFeaturizer copy(ParamMap extra) {
    return copyValues(new ImageFeaturizer(uid, backbone), extra);
  }

  @Override
  public String toString() {
    return "ImageFeaturizer: uid=" + uid + ", network=" + backbone.network().name();
  }

  private FeatureColumns columns() {
    return new FeatureColumns(images.of(outputCol), images.of(reasonCol));
  }

  /** The network up to the layer, made when it is needed first. */
  private synchronized SharedModel cut() {
    Optional<String> wanted = isDefined(layer) ? Optional.of(images.of(layer)) : Optional.empty();
    String name = wanted.orElse("");
    if (cut == null || !name.equals(cutAfter)) {
      TrainedModel whole =
          TrainedModel.fromFiles(backbone.uri(), file -> backbone.files().get(file));
      TrainedModel part = Embedding.of(whole, wanted);
      cut = new SharedModel(ShippedModel.ofTrained(backbone.uri() + " up to a layer", part));
      cutAfter = name;
    }
    return cut;
  }
}
