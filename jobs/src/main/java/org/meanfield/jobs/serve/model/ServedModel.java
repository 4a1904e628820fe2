package org.meanfield.jobs.serve.model;

import java.nio.FloatBuffer;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.meanfield.data.ClassIndex;
import org.meanfield.data.ImageSpec;
import org.meanfield.export.BundleManifest;
import org.meanfield.export.OnnxNetwork;
import org.meanfield.export.ServingBundle;
import org.meanfield.image.PixelImage;
import org.meanfield.model.FloatVector;

/**
 * One version of a model, open and warmed up. Whoever asks it for something holds a {@link
 * CurrentModel.Lease} on it, so that it is never closed under a request.
 */
public final class ServedModel {
  private final String version;
  private final BundleManifest manifest;
  private final OnnxNetwork network;
  private final Batcher batcher;
  private int users = 1; // the holder that serves it

  private ServedModel(
      String version, BundleManifest manifest, OnnxNetwork network, Batcher batcher) {
    this.version = version;
    this.manifest = manifest;
    this.network = network;
    this.batcher = batcher;
  }

  /**
   * Opens an export and runs it once in each size that matters, so that no request pays for what
   * ONNX Runtime does at first.
   *
   * @param version what it is called
   * @param folder where it lies, for messages
   * @throws org.meanfield.error.CorruptArtifactException where a file is missing or damaged
   */
  public static ServedModel open(
      String version, String folder, ServingBundle bundle, BatchRule rule, BatchListener listener) {
    ImageSpec spec = bundle.manifest().imageSpec();
    byte[] onnx = bundle.file(ServingBundle.ONNX_FILE);
    OnnxNetwork network = new OnnxNetwork(folder + "/" + ServingBundle.ONNX_FILE, onnx, spec, 1);
    try {
      warmUp(network, rule, 1);
      warmUp(network, rule, rule.maxImages());
      Batcher batcher = new Batcher("lane-" + version, spec, rule, network::score, listener);
      return new ServedModel(version, bundle.manifest(), network, batcher);
    } catch (RuntimeException | Error e) {
      network.close();
      throw e;
    }
  }

  /** What it is called: the number in the registry, or the beginning of the weights' digest. */
  public String version() {
    return version;
  }

  /** Where it comes from, what it takes and what it answers. */
  public BundleManifest manifest() {
    return manifest;
  }

  /** What images must look like. */
  public ImageSpec imageSpec() {
    return manifest.imageSpec();
  }

  /** What the probabilities stand for. */
  public ClassIndex classes() {
    return manifest.classes();
  }

  /** Fitted images as a block. */
  public PixelBlock block(List<PixelImage> images) {
    return PixelBlock.of(FloatBuffer.wrap(network.pixels(images).toArray()), imageSpec());
  }

  /** The probabilities of each image, in order, as soon as a batch took them. */
  public CompletableFuture<List<FloatVector>> score(PixelBlock pixels) {
    return batcher.submit(pixels);
  }

  /** Images that wait for a batch. */
  public int queuedImages() {
    return batcher.queuedImages();
  }

  /** False where it is closed already. */
  synchronized boolean retain() {
    if (users == 0) {
      return false;
    }
    users++;
    return true;
  }

  /** The last one to release it closes it. */
  void release() {
    synchronized (this) {
      users--;
      if (users > 0) {
        return;
      }
    }
    batcher.close();
    network.close();
  }

  private static void warmUp(OnnxNetwork network, BatchRule rule, int images) {
    FloatBuffer black = Batcher.buffer(rule, network.imageSpec().values(), images);
    network.score(black, images);
  }
}
