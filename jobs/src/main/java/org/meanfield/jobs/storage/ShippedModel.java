package org.meanfield.jobs.storage;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.meanfield.data.ClassIndex;
import org.meanfield.data.ImageSpec;
import org.meanfield.engine.Engines;
import org.meanfield.engine.ReplicaScorer;
import org.meanfield.engine.Scorer;
import org.meanfield.engine.ScorerSource;
import org.meanfield.export.BundleManifest;
import org.meanfield.export.OnnxScorer;
import org.meanfield.image.PixelImage;
import org.meanfield.model.FloatVector;
import org.meanfield.model.ModelStateCodec;
import org.meanfield.model.Network;
import org.meanfield.model.TrainedModel;

/**
 * A model on its way to the executors: plain bytes, to be broadcast once. Each executor opens it
 * once per concurrent task and keeps it for the next task.
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
    return new ShippedModel(
        Form.STATE,
        uri,
        model.modelId(),
        model.runId(),
        model.datasetId(),
        files.get(TrainedModel.DEFINITION_FILE),
        files.get(TrainedModel.STATE_FILE));
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
   * A scorer of this model for one task at a time: an idle one of this executor, else a new one.
   *
   * <p>Ownership: closing it hands it to the executor's next task; the native memory is freed when
   * two other models are opened or the executor ends.
   *
   * @param threads native threads that it may use
   */
  @Override
  public Scorer open(int threads) {
    String key = form + " " + modelId + " " + threads;
    Scorer idle = Idle.take(key);
    return new Lease(key, idle != null ? idle : openNew(threads));
  }

  private Scorer openNew(int threads) {
    if (form == Form.ONNX) {
      Network network = network();
      return new OnnxScorer(uri, weights, network.imageSpec(), network.classes(), threads);
    }
    TrainedModel model =
        new TrainedModel(network(), ModelStateCodec.decode(weights, uri), runId, datasetId);
    return new ReplicaScorer(model, Engines.named(Engines.fastest(model.network())), threads);
  }

  /** The scorers of this executor that no task uses, by model, the latest used last. */
  private static final class Idle {
    /** A pipeline may classify and describe the same images. */
    private static final int MODELS = 2;

    private static final Map<String, Deque<Scorer>> SCORERS = new LinkedHashMap<>();

    private Idle() {}

    static synchronized Scorer take(String key) {
      Deque<Scorer> mine = SCORERS.remove(key);
      SCORERS.put(key, mine == null ? new ArrayDeque<>() : mine);
      Iterator<Deque<Scorer>> oldest = SCORERS.values().iterator();
      while (SCORERS.size() > MODELS) {
        oldest.next().forEach(Scorer::close);
        oldest.remove();
      }
      return mine == null ? null : mine.poll();
    }

    static synchronized void giveBack(String key, Scorer scorer) {
      Deque<Scorer> mine = SCORERS.get(key);
      if (mine == null) {
        scorer.close(); // other models came meanwhile
      } else {
        mine.push(scorer);
      }
    }
  }

  /** A scorer on loan to one task. */
  private static final class Lease implements Scorer {
    private final String key;
    private final Scorer scorer;
    private boolean returned;

    Lease(String key, Scorer scorer) {
      this.key = key;
      this.scorer = scorer;
    }

    @Override
    public ImageSpec imageSpec() {
      return scorer.imageSpec();
    }

    @Override
    public ClassIndex classes() {
      return scorer.classes();
    }

    @Override
    public List<FloatVector> score(List<PixelImage> images) {
      if (returned) {
        throw new IllegalStateException("This scorer was closed; open another one");
      }
      return scorer.score(images);
    }

    @Override
    public void close() {
      if (!returned) {
        returned = true;
        Idle.giveBack(key, scorer);
      }
    }
  }
}
