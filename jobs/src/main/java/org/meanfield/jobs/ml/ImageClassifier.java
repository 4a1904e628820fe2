package org.meanfield.jobs.ml;

import org.apache.spark.ml.Estimator;
import org.apache.spark.ml.param.DoubleParam;
import org.apache.spark.ml.param.IntParam;
import org.apache.spark.ml.param.Param;
import org.apache.spark.ml.param.ParamMap;
import org.apache.spark.ml.util.DefaultParamsReader;
import org.apache.spark.ml.util.DefaultParamsWritable;
import org.apache.spark.ml.util.Identifiable;
import org.apache.spark.ml.util.MLReader;
import org.apache.spark.ml.util.MLWritable;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.StructType;
import org.meanfield.jobs.cli.Console;
import org.meanfield.jobs.storage.ShippedModel;

/**
 * Trains an image classifier on a DataFrame, with the rounds, engines and checkpoints of {@code
 * meanfield train}. Every setting of {@code train} is a parameter; {@link DeclaredSettings} says
 * how they are called. Parameters without a setter here are set by name: {@code
 * set(getParam("clipNorm"), 1.0)}.
 */
public final class ImageClassifier extends Estimator<ImageClassificationModel>
    implements DefaultParamsWritable, MLWritable { // the second named, as Py4J looks no further
  private static final long serialVersionUID = 1L;

  private final String uid;
  private final ParamList list;
  private final ScoringParams scoring;
  private final Param<String> weightCol;
  private final Param<String> validationIndicatorCol;
  private final Param<String> runDir;

  /** With a uid of its own. */
  public ImageClassifier() {
    this(Identifiable.randomUID("imageClassifier"));
  }

  /** With a given uid, as when it is read from a file. */
  public ImageClassifier(String uid) {
    this.uid = uid;
    this.list = new ParamList(this);
    this.scoring = new ScoringParams(this, list);
    this.weightCol =
        list.addText(
            "weightCol",
            "Column with a weight for each image, a number of 0 or more: the image's loss is"
                + " multiplied by it, divided by the weights' mean over the images to train on."
                + " Validation knows no weights. Without it all images count the same.");
    this.validationIndicatorCol =
        list.addText(
            "validationIndicatorCol",
            "Column (boolean) that is true for images to validate on instead of training on them."
                + " Without it, validationFraction of the images are set aside by a hash of their"
                + " bytes.");
    this.runDir =
        list.addText(
            "runDir",
            "Folder on a file system that every executor reaches, for the images (data-*) and the"
                + " runs (run-*, with checkpoints and journal), one for each set of parameters: the"
                + " same fit again goes on where it stopped, or gives the model that is there."
                + " Without it a temporary folder is used, which needs a local master or Spark's"
                + " checkpoint directory.");
    list.addSettings(DeclaredSettings.TRAINING);
    list.addSettings(DeclaredSettings.INGEST);
  }

  /** Reads what {@link #write} wrote. */
  public static MLReader<ImageClassifier> read() {
    return new DefaultParamsReader<>();
  }

  /** Reads a saved classifier: its parameters. */
  public static ImageClassifier load(String path) {
    return read().load(path);
  }

  @Override
  public String uid() {
    return uid;
  }

  @Override
  public Param<?>[] params() {
    return list.sorted();
  }

  /** Sets {@code imageCol}: encoded bytes, or the struct of Spark's image source. */
  public ImageClassifier setImageCol(String name) {
    set(scoring.images.imageCol, name);
    return this;
  }

  /** Sets {@code labelCol}: names, or numbers from 0 on. */
  public ImageClassifier setLabelCol(String name) {
    set(scoring.labelCol, name);
    return this;
  }

  /** Sets {@code weightCol}: numbers of 0 or more. */
  public ImageClassifier setWeightCol(String name) {
    set(weightCol, name);
    return this;
  }

  /** Sets {@code validationIndicatorCol}. */
  public ImageClassifier setValidationIndicatorCol(String name) {
    set(validationIndicatorCol, name);
    return this;
  }

  /** Sets {@code runDir}. */
  public ImageClassifier setRunDir(String folder) {
    set(runDir, folder);
    return this;
  }

  /** Sets {@code model}: the network's name, or the URI of a DL4J configuration. */
  public ImageClassifier setModel(String name) {
    return setByName("model", name);
  }

  /** Sets {@code workers}. */
  public ImageClassifier setWorkers(int count) {
    return setByName("workers", count);
  }

  /** Sets {@code epochs}. */
  public ImageClassifier setEpochs(int count) {
    return setByName("epochs", count);
  }

  /** Sets {@code batchSize}. */
  public ImageClassifier setBatchSize(int images) {
    return setByName("batchSize", images);
  }

  /** Sets {@code learningRate}. */
  public ImageClassifier setLearningRate(double rate) {
    return setByName("learningRate", rate);
  }

  /** Sets {@code averagingPeriod}. */
  public ImageClassifier setAveragingPeriod(int iterations) {
    return setByName("averagingPeriod", iterations);
  }

  /** Sets {@code engine}. */
  public ImageClassifier setEngine(String name) {
    return setByName("engine", name);
  }

  /** Sets {@code precision}. */
  public ImageClassifier setPrecision(String name) {
    return setByName("precision", name);
  }

  /** Sets {@code seed}. */
  public ImageClassifier setSeed(long seed) {
    return setByName("seed", seed);
  }

  /** Sets any parameter by its name; {@link #explainParams} lists them. */
  public ImageClassifier setByName(String name, Object value) {
    list.set(name, value);
    return this;
  }

  /** A decimal parameter by its name, for grids of a search. */
  public DoubleParam decimalParam(String name) {
    return typed(DoubleParam.class, name);
  }

  /** A parameter for a whole number by its name, for grids of a search. */
  public IntParam integerParam(String name) {
    return typed(IntParam.class, name);
  }

  @Override
  public StructType transformSchema(StructType schema) {
    scoring.images.column(schema);
    rows().require(schema);
    return scoring.features().addTo(scoring.output().addTo(schema));
  }

  @Override
  public ImageClassificationModel fit(Dataset<?> dataset) {
    transformSchema(dataset.schema(), true);
    SparkSession spark = dataset.sparkSession();
    Console console = Console.toLog(log());
    try (FitFolder folder = FitFolder.open(spark, get(runDir))) {
      Fit fit =
          new Fit(
              spark,
              folder,
              list.given(DeclaredSettings.TRAINING),
              list.given(DeclaredSettings.INGEST),
              console);
      ShippedModel trained = fit.train(dataset.toDF(), rows());
      return copyValues(
          new ImageClassificationModel(uid, trained).setParent(this), ParamMap.empty());
    }
  }

  @Override
  public ImageClassifier copy(ParamMap extra) {
    return defaultCopy(extra);
  }

  private LabelledRows rows() {
    return new LabelledRows(
        scoring.of(scoring.images.imageCol),
        scoring.of(scoring.labelCol),
        isDefined(weightCol) ? scoring.of(weightCol) : "",
        isDefined(validationIndicatorCol) ? scoring.of(validationIndicatorCol) : "");
  }

  private <P extends Param<?>> P typed(Class<P> type, String name) {
    Param<?> param = getParam(name);
    if (!type.isInstance(param)) {
      throw new IllegalArgumentException(
          "The parameter "
              + name
              + " is a "
              + param.getClass().getSimpleName()
              + ", no "
              + type.getSimpleName());
    }
    return type.cast(param);
  }
}
