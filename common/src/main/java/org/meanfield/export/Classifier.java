package org.meanfield.export;

import java.nio.file.Path;
import java.util.List;
import org.meanfield.data.ClassIndex;
import org.meanfield.error.CorruptArtifactException;
import org.meanfield.image.ImagePreparation;
import org.meanfield.image.PixelImage;

/**
 * An exported model in a program of one's own: encoded images in, class names out. Needs neither
 * Spark nor Hadoop nor a training engine, only this library and ONNX Runtime. Images are decoded
 * and fitted by the same code that prepared the training images.
 *
 * <p>Thread-safe. Ownership: holds native memory until closed.
 */
public final class Classifier implements AutoCloseable {
  private static final long MAX_PIXELS = 64_000_000;
  private static final int TOP = 5;

  private final OnnxScorer scorer;

  private Classifier(OnnxScorer scorer) {
    this.scorer = scorer;
  }

  /** Loads an export folder, using one thread a call. */
  public static Classifier load(Path exportFolder) {
    return load(exportFolder, 1);
  }

  /**
   * Loads an export folder.
   *
   * @param exportFolder with {@code bundle.json} and {@code model.onnx}
   * @param threads that one call may use
   * @throws CorruptArtifactException where a file is missing or is not the one that was exported
   */
  public static Classifier load(Path exportFolder, int threads) {
    return of(ServingBundle.open(exportFolder), threads);
  }

  /** As {@link #load(Path, int)}, for a bundle that lies anywhere. */
  public static Classifier of(ServingBundle bundle, int threads) {
    BundleManifest manifest = bundle.manifest();
    byte[] onnx = bundle.file(ServingBundle.ONNX_FILE);
    String artefact = bundle.folder() + "/" + ServingBundle.ONNX_FILE;
    return new Classifier(
        new OnnxScorer(artefact, onnx, manifest.imageSpec(), manifest.classes(), threads));
  }

  /** The classes, in the model's order. */
  public ClassIndex classes() {
    return scorer.classes();
  }

  /**
   * Classifies one image.
   *
   * @param encodedImage a JPEG, PNG, BMP or GIF file's bytes
   * @throws org.meanfield.image.BadImageException where they are no whole image, or one of more
   *     than 64 million pixels
   */
  public Classification classify(byte[] encodedImage) {
    return classify(List.of(encodedImage)).get(0);
  }

  /** As {@link #classify(byte[])}, for several images in one call, in order. */
  public List<Classification> classify(List<byte[]> encodedImages) {
    List<PixelImage> images =
        encodedImages.stream()
            .map(bytes -> ImagePreparation.prepare(bytes, scorer.imageSpec(), MAX_PIXELS))
            .toList();
    return scorer.score(images).stream()
        .map(probabilities -> Classification.of(probabilities, classes(), TOP))
        .toList();
  }

  @Override
  public void close() {
    scorer.close();
  }
}
