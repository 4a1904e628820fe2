package org.meanfield.jobs.storage;

import java.util.LinkedHashMap;
import java.util.Map;
import org.apache.spark.SparkEnv;
import org.meanfield.data.ClassIndex;
import org.meanfield.data.ImageSpec;
import org.meanfield.engine.EngineScorer;
import org.meanfield.engine.Engines;
import org.meanfield.engine.Scorer;
import org.meanfield.engine.ScorerSource;
import org.meanfield.export.BundleManifest;
import org.meanfield.export.OnnxScorer;
import org.meanfield.model.ModelStateCodec;
import org.meanfield.model.Network;
import org.meanfield.model.TrainedModel;

/**
 * A model on its way to the executors: plain bytes, to be broadcast once. Each executor opens it
 * once, for all of its tasks.
 */
public final class ShippedModel implements ScorerSource {
  private static final long serialVersionUID = 1L;

  /** What the bytes of the weights are. */
  private enum Form {
    /** Our own state, scored by an engine. */
    STATE,
    /** An exported graph, scored by ONNX Runtime. */
    ONNX
  }

  private final Form form;
  private final String uri;
  private final String modelId;
  private final String runId;
  private final String datasetId;
  private final byte[] definition;
  private final byte[] weights;

  private ShippedModel(
      Form form,
      String uri,
      String modelId,
      String runId,
      String datasetId,
      byte[] definition,
      byte[] weights) {
    this.form = form;
    this.uri = uri;
    this.modelId = modelId;
    this.runId = runId;
    this.datasetId = datasetId;
    this.definition = definition;
    this.weights = weights;
  }

  /** A trained model, scored by the fastest engine of the executor. */
  public static ShippedModel ofTrained(String uri, TrainedModel model) {
    Map<String, byte[]> files = model.toFiles();
    byte[] weights = files.get(TrainedModel.STATE_FILE);
    return new ShippedModel(
        Form.STATE,
        uri,
        ModelStateCodec.digestIn(weights),
        model.runId(),
        model.datasetId(),
        files.get(TrainedModel.DEFINITION_FILE),
        weights);
  }

  /** An exported model, scored by ONNX Runtime. */
  static ShippedModel ofExport(
      String uri, BundleManifest manifest, byte[] definition, byte[] onnx) {
    return new ShippedModel(
        Form.ONNX,
        uri,
        manifest.modelId(),
        manifest.runId(),
        manifest.datasetId(),
        definition,
        onnx);
  }

  /**
   * The files of a trained model, as {@link TrainedModel#toFiles} makes them.
   *
   * @throws IllegalStateException for an exported graph
   */
  public Map<String, byte[]> files() {
    if (form != Form.STATE) {
      throw new IllegalStateException(uri + " is an exported graph: it has no files of its own");
    }
    Map<String, byte[]> files = new LinkedHashMap<>();
    files.put(TrainedModel.STATE_FILE, weights.clone());
    files.put(TrainedModel.DEFINITION_FILE, definition.clone());
    return files;
  }

  /** Where the model lies. */
  public String uri() {
    return uri;
  }

  @Override
  public String modelId() {
    return modelId;
  }

  /** The training run. */
  public String runId() {
    return runId;
  }

  /** The data set it was trained on. */
  public String datasetId() {
    return datasetId;
  }

  /** What the images must look like. */
  public ImageSpec imageSpec() {
    return network().imageSpec();
  }

  /** What the probabilities stand for. */
  public ClassIndex classes() {
    return network().classes();
  }

  /** The model's definition, parsed anew with each call. */
  public Network network() {
    return TrainedModel.networkOf(uri, definition);
  }

  /**
   * A scorer of this model: all that are open in a process share one copy of the weights.
   *
   * <p>Ownership: what is closed stays in memory for the process's next tasks, until two other
   * models are opened or the process ends.
   *
   * @param threads native threads that one task may use
   */
  @Override
  public Scorer open(int threads) {
    return SharedScorers.lease(form + " " + modelId + " " + threads, () -> openNew(threads));
  }

  private Scorer openNew(int threads) {
    if (form == Form.ONNX) {
      Network network = network();
      return new OnnxScorer(
          uri, weights, network.imageSpec(), network.classes(), sessionThreads(threads));
    }
    TrainedModel model =
        new TrainedModel(network(), ModelStateCodec.decode(weights, uri), runId, datasetId);
    return new EngineScorer(model, Engines.named(Engines.fastest(model.network())), threads);
  }

  /**
   * Threads of a session that all tasks of this process score with: the thread of one of them, and
   * all that help. A session's helpers serve whichever call has work for them.
   */
  private static int sessionThreads(int threads) {
    SparkEnv spark = SparkEnv.get();
    int tasks =
        spark == null ? 1 : Math.max(1, spark.conf().getInt("spark.executor.cores", 1) / threads);
    return 1 + tasks * (threads - 1);
  }
}
