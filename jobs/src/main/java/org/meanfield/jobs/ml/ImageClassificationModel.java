package org.meanfield.jobs.ml;

import java.util.List;
import org.apache.spark.ml.Model;
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
import org.meanfield.jobs.storage.ModelFiles;
import org.meanfield.jobs.storage.ShippedModel;
import org.meanfield.jobs.storage.Storage;

/**
 * A trained image classifier as a transformer: adds predictions to rows with images, in batches and
 * in streams. A bad image gets nulls and a reason; it never ends a job unless that is asked for.
 *
 * <p>The weights are broadcast once; each executor opens them once, for all of its tasks, and keeps
 * them for the tasks that follow.
 */
public final class ImageClassificationModel extends Model<ImageClassificationModel>
    implements MLWritable {
  private static final long serialVersionUID = 1L;

  private final String uid;
  private final ParamList list;
  private final ScoringParams params;
  private final SharedModel shared;

  ImageClassificationModel(String uid, ShippedModel model) {
    this.uid = uid;
    this.shared = new SharedModel(model);
    this.list = new ParamList(this);
    this.params = new ScoringParams(this, list);
  }

  /**
   * A model from where {@code train} or {@code export} left it: a run's folder, a {@code
   * model.zip}, an export's folder, or a folder that {@link #write} filled.
   */
  public static ImageClassificationModel of(SparkSession spark, String uri) {
    Storage storage = new Storage(spark.sparkContext().hadoopConfiguration());
    return new ImageClassificationModel(
        Identifiable.randomUID("imageClassificationModel"),
        ShippedModel.ofTrained(uri, ModelFiles.trained(storage, uri)));
  }

  /** Reads what {@link #write} wrote. */
  public static MLReader<ImageClassificationModel> read() {
    return new ModelReader<>(ImageClassificationModel.class, ImageClassificationModel::new);
  }

  /** Reads a saved model. */
  public static ImageClassificationModel load(String path) {
    return read().load(path);
  }

  /** Writes parameters, network and weights; the folder also serves as a model for the commands. */
  @Override
  public MLWriter write() {
    return new ModelWriter(this, shipped());
  }

  @Override
  public String uid() {
    return uid;
  }

  @Override
  public Param<?>[] params() {
    return list.sorted();
  }

  /** Names of the classes: a prediction is a position in this list. */
  public List<String> classNames() {
    return shipped().classes().names();
  }

  /** Number of classes. */
  public int numClasses() {
    return classNames().size();
  }

  /** Identifies the weights: the same id scores the same way. */
  public String modelId() {
    return shipped().modelId();
  }

  /** Sets {@code imageCol}. */
  public ImageClassificationModel setImageCol(String name) {
    set(params.images.imageCol, name);
    return this;
  }

  /** Sets {@code predictionCol}. */
  public ImageClassificationModel setPredictionCol(String name) {
    set(params.predictionCol, name);
    return this;
  }

  /** Sets {@code topK}. */
  public ImageClassificationModel setTopK(int classes) {
    set(params.topK, classes);
    return this;
  }

  /** Sets {@code handleInvalid}: {@code keep}, {@code skip} or {@code error}. */
  public ImageClassificationModel setHandleInvalid(String what) {
    set(params.images.handleInvalid, what);
    return this;
  }

  /** Sets {@code featuresCol}: where the values of a layer go too. */
  public ImageClassificationModel setFeaturesCol(String name) {
    set(params.featuresCol, name);
    return this;
  }

  /** Sets any parameter by its name; {@link #explainParams} lists them. */
  public ImageClassificationModel setByName(String name, Object value) {
    list.set(name, value);
    return this;
  }

  @Override
  public StructType transformSchema(StructType schema) {
    params.images.column(schema);
    return params.features().addTo(params.output().addTo(schema, shipped().classes()));
  }

  @Override
  public Dataset<Row> transform(Dataset<?> dataset) {
    transformSchema(dataset.schema());
    PredictionColumns columns = params.output();
    Dataset<Row> scored =
        ScoringTask.of(dataset, shared, params.images, columns)
            .on(dataset, columns.addTo(dataset.schema(), shipped().classes()));
    return params.of(params.featuresCol).isEmpty() ? scored : featurizer().transform(scored);
  }

  /** What adds the values of a layer to rows that are scored. */
  private ImageFeaturizer featurizer() {
    ImageFeaturizer featurizer =
        new ImageFeaturizer(uid + "-features", shipped())
            .setImageCol(params.of(params.images.imageCol))
            .setOutputCol(params.of(params.featuresCol))
            .setReasonCol("")
            .setHandleInvalid(params.of(params.images.handleInvalid));
    for (String same : List.of("predictBatchSize", "predictMaxPixels")) {
      featurizer.setByName(same, getOrDefault(getParam(same)));
    }
    return isDefined(params.featuresLayer)
        ? featurizer.setLayer(params.of(params.featuresLayer))
        : featurizer;
  }

  @Override
  public ImageClassificationModel copy(ParamMap extra) {
    ImageClassificationModel copied =
        copyValues(new ImageClassificationModel(uid, shipped()), extra);
    return hasParent() ? copied.setParent(parent()) : copied;
  }

  @Override
  public String toString() {
    return "ImageClassificationModel: uid="
        + uid
        + ", network="
        + shipped().network().name()
        + ", numClasses="
        + numClasses();
  }

  ShippedModel shipped() {
    return shared.model();
  }
}
