package org.meanfield.jobs.serve.http;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import org.meanfield.export.Classification;
import org.meanfield.image.ImagePreparation;
import org.meanfield.jobs.serve.model.CurrentModel.Lease;
import org.meanfield.jobs.serve.model.PixelBlock;
import org.meanfield.jobs.serve.model.ServedModel;
import org.meanfield.jobs.serve.protocol.BadRequestException;
import org.meanfield.jobs.serve.protocol.InferAnswer;
import org.meanfield.jobs.serve.protocol.InferRequest;
import org.meanfield.jobs.serve.protocol.InferRequestReader;
import org.meanfield.jobs.serve.protocol.PixelTensor;
import org.meanfield.model.FloatVector;

/** The endpoints that ask the network. Each uses one version from beginning to end. */
final class Computing {
  private static final String BINARY = "application/octet-stream";

  private final String modelName;
  private final long maxPixels;
  private final Metrics metrics;

  /** With a server's limits. */
  Computing(String modelName, long maxPixels, Metrics metrics) {
    this.modelName = modelName;
    this.maxPixels = maxPixels;
    this.metrics = metrics;
  }

  /** The protocol's infer. Ownership: gives the lease back. */
  CompletableFuture<Reply> infer(Lease lease, byte[] body, int jsonLength) {
    ServedModel model = lease.model();
    return answer(
        lease,
        () -> {
          InferRequest request = InferRequestReader.read(body, jsonLength);
          PixelBlock pixels = PixelTensor.of(request, model.imageSpec());
          return new Question(pixels, rows -> inferred(model, request, rows));
        });
  }

  /** An image file in, class names out. Ownership: gives the lease back. */
  CompletableFuture<Reply> classify(Lease lease, byte[] body, int top) {
    ServedModel model = lease.model();
    return answer(
        lease,
        () -> {
          PixelBlock pixels =
              model.block(List.of(ImagePreparation.prepare(body, model.imageSpec(), maxPixels)));
          return new Question(pixels, rows -> classified(model, rows.get(0), top));
        });
  }

  /** What is asked of the network, and what becomes of its answer. */
  private record Question(PixelBlock pixels, Function<List<FloatVector>, Reply> answer) {}

  private interface Reading {
    Question read();
  }

  private CompletableFuture<Reply> answer(Lease lease, Reading reading) {
    Question question;
    CompletableFuture<List<FloatVector>> scored;
    try {
      question = reading.read();
      scored = lease.model().score(question.pixels());
    } catch (RuntimeException | Error e) {
      lease.close();
      return CompletableFuture.failedFuture(e);
    }
    // Never on a lane's thread: the last lease of a replaced model waits for its lanes to end.
    return scored
        .thenApply(
            rows -> {
              requireFinite(question, rows, lease.model());
              metrics.answered(lease.model().version(), rows.size());
              return question.answer().apply(rows);
            })
        .whenComplete((reply, failure) -> lease.close());
  }

  private Reply inferred(ServedModel model, InferRequest request, List<FloatVector> rows) {
    InferAnswer answer =
        InferAnswer.of(modelName, model.version(), request.id(), rows, request.form());
    return answer.isBinary()
        ? Reply.of(200, BINARY, answer.bytes())
            .with(ApiHandler.JSON_LENGTH, Integer.toString(answer.jsonLength()))
        : Reply.of(200, Reply.JSON, answer.bytes());
  }

  private Reply classified(ServedModel model, FloatVector probabilities, int top) {
    Classification answer = Classification.of(probabilities, model.classes(), top);
    Map<String, Object> content = new LinkedHashMap<>();
    content.put("model_name", modelName);
    content.put("model_version", model.version());
    content.put("label", answer.label());
    content.put("probability", answer.probability());
    content.put("top", answer.top());
    return Reply.json(200, content);
  }

  /** Whose fault it is follows from the pixels. */
  private static void requireFinite(Question question, List<FloatVector> rows, ServedModel model) {
    for (int i = 0; i < rows.size(); i++) {
      if (!rows.get(i).isFinite()) {
        if (question.pixels().isOfPixels()) {
          throw new IllegalStateException(
              "Version "
                  + model.version()
                  + " computes no finite probabilities for pixels of 0 to 255: its weights are"
                  + " damaged; roll back to another version");
        }
        throw new BadRequestException(
            "Image "
                + i
                + " gives no finite probabilities; pixels are numbers from 0 to 255, and the"
                + " request has others");
      }
    }
  }
}
