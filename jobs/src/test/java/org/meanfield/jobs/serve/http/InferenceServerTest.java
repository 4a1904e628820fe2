package org.meanfield.jobs.serve.http;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.offset;
import static org.meanfield.jobs.serve.http.ServerFixture.json;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.ByteArrayInputStream;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.meanfield.engine.Scorer;
import org.meanfield.image.PixelImage;
import org.meanfield.image.PngEncoder;
import org.meanfield.jobs.serve.TinyExports;
import org.meanfield.jobs.serve.model.CurrentModel;
import org.meanfield.model.FloatVector;

@Timeout(120)
class InferenceServerTest {
  private static final int SIDE = TinyExports.SIDE;
  private static final String MODEL = "/v2/models/classifier";
  @TempDir private static Path folder;
  private static ServerFixture fixture;

  @BeforeAll
  static void start() {
    fixture = new ServerFixture(ServerFixture.LIMITS);
    assertThat(fixture.get("/v2/health/ready").statusCode()).isEqualTo(503);
    assertThat(fixture.post("/v1/classify", new byte[1]).statusCode()).isEqualTo(503);
    assertThat(fixture.get(MODEL).statusCode()).isEqualTo(503);
    fixture.serve("3", TinyExports.write(folder, 3));
  }

  @AfterAll
  static void stop() {
    fixture.close();
  }

  @Test
  void tellsHealthAndMetadata() {
    assertThat(fixture.get("/v2/health/live").statusCode()).isEqualTo(200);
    assertThat(fixture.get("/v2/health/ready").statusCode()).isEqualTo(200);
    assertThat(fixture.get(MODEL + "/ready").statusCode()).isEqualTo(200);
    assertThat(fixture.get(MODEL + "/ready").body())
        .isEqualTo("{\"name\":\"classifier\",\"ready\":true}".getBytes(UTF_8));
    assertThat(fixture.get(MODEL + "/versions/3/ready").statusCode()).isEqualTo(200);
    assertThat(fixture.get(MODEL + "/versions/2/ready").statusCode()).isEqualTo(404);
    assertThat(fixture.get("/v2/models/other").statusCode()).isEqualTo(404);
    assertThat(fixture.get("/v2/nothing").statusCode()).isEqualTo(404);
    assertThat(fixture.get(MODEL + "/infer").statusCode()).isEqualTo(405);
    assertThat(fixture.post("/v2", new byte[0]).statusCode()).isEqualTo(405);
    assertThat(json(fixture.get("/v2")))
        .isEqualTo(
            json(
                "{\"name\":\"meanfield\",\"version\":\"0\",\"extensions\":[\"binary_tensor_data\"]}"));
    JsonNode model = json(fixture.get(MODEL));
    assertThat(model.path("versions")).isEqualTo(json("[\"3\"]"));
    assertThat(model.path("platform").asText()).isEqualTo("onnxruntime_onnx");
    assertThat(model.path("inputs"))
        .isEqualTo(json("[{\"name\":\"pixels\",\"datatype\":\"FP32\",\"shape\":[-1,3,4,4]}]"));
    assertThat(model.path("outputs"))
        .isEqualTo(json("[{\"name\":\"probabilities\",\"datatype\":\"FP32\",\"shape\":[-1,3]}]"));
    assertThat(model.path("labels")).isEqualTo(json("[\"cat\",\"dog\",\"owl\"]"));
  }

  @Test
  void infersWhatTheModelScoresInEveryForm() {
    List<PixelImage> images = images(11); // more than a batch
    List<FloatVector> expected = expected(images);

    HttpResponse<byte[]> text =
        fixture.post(MODEL + "/infer", request(images, "FP32", "").getBytes(UTF_8));
    assertThat(text.statusCode()).as(new String(text.body(), UTF_8)).isEqualTo(200);
    JsonNode answer = json(text);
    assertThat(answer.path("model_name").asText()).isEqualTo("classifier");
    assertThat(answer.path("model_version").asText()).isEqualTo("3");
    assertThat(answer.path("id").asText()).isEqualTo("q");
    assertThat(answer.path("outputs").path(0).path("shape")).isEqualTo(json("[11,3]"));
    List<Float> numbers = new ArrayList<>();
    answer.path("outputs").path(0).path("data").forEach(n -> numbers.add(n.floatValue()));
    assertRows(numbers, expected);

    HttpResponse<byte[]> bytes =
        fixture.post(
            MODEL + "/versions/3/infer",
            request(images, "UINT8", ",\"parameters\":{\"binary_data_output\":true}")
                .getBytes(UTF_8));
    assertThat(bytes.headers().firstValue("Content-Type")).contains("application/octet-stream");
    assertRows(binary(bytes), expected);

    byte[] header =
        ("{\"inputs\":[{\"name\":\"pixels\",\"datatype\":\"FP32\",\"shape\":[11,3,4,4],"
                + "\"parameters\":{\"binary_data_size\":"
                + 11 * 48 * 4
                + "}}],\"outputs\":[{\"name\":\"probabilities\",\"parameters\":{\"binary_data\":true}}]}")
            .getBytes(UTF_8);
    ByteBuffer body =
        ByteBuffer.allocate(header.length + 11 * 48 * 4).order(ByteOrder.LITTLE_ENDIAN).put(header);
    planes(images).forEach(value -> body.putFloat(value));
    assertRows(
        binary(
            fixture.post(
                MODEL + "/infer",
                body.array(),
                "Inference-Header-Content-Length",
                Integer.toString(header.length))),
        expected);
  }

  @Test
  void classifiesAnImageFile() {
    List<PixelImage> images = images(1);
    FloatVector expected = expected(images).get(0);
    byte[] png = PngEncoder.encode(images.get(0));
    HttpResponse<byte[]> response = fixture.post("/v1/classify?top=2", png);
    assertThat(response.statusCode()).isEqualTo(200);
    JsonNode answer = json(response);
    assertThat(answer.path("model_version").asText()).isEqualTo("3");
    assertThat(answer.path("top")).hasSize(2);
    int best = TinyExports.CLASSES.indexOf(answer.path("label").asText());
    for (int i = 0; i < expected.length(); i++) {
      assertThat(expected.get(i)).isLessThanOrEqualTo(expected.get(best));
    }
    assertThat(answer.path("probability").floatValue())
        .isEqualTo(expected.get(best), offset(1e-5f));
    assertThat(answer.path("top").path(0).path("label")).isEqualTo(answer.path("label"));

    HttpResponse<byte[]> cut = fixture.post("/v1/classify", Arrays.copyOf(png, png.length - 9));
    assertThat(cut.statusCode()).isEqualTo(400);
    assertThat(json(cut).path("error").asText()).startsWith("truncated: ");
    assertThat(fixture.post("/v1/classify?top=x", png).statusCode()).isEqualTo(400);
  }

  @Test
  void holdsItsLimits() {
    for (int excess : new int[] {1, 5_000, 60_000}) {
      byte[] body = new byte[ServerFixture.LIMITS.bodyBytes() + excess];
      assertThat(fixture.post("/v1/classify", body).statusCode()).isEqualTo(413);
      HttpRequest.Builder ofUnknownLength =
          HttpRequest.newBuilder(fixture.uri("/v1/classify"))
              .POST(BodyPublishers.ofInputStream(() -> new ByteArrayInputStream(body)));
      assertThat(fixture.send(ofUnknownLength).statusCode()).isEqualTo(413);
    }
    byte[] large = PngEncoder.encode(new PixelImage(101, 100, 1, new byte[10_100]));
    HttpResponse<byte[]> pixels = fixture.post("/v1/classify", large);
    assertThat(pixels.statusCode()).isEqualTo(413);
    assertThat(json(pixels).path("error").asText()).startsWith("too-large: ");
  }

  @Test
  void namesWhatIsWrongWithARequest() {
    String good = request(images(1), "FP32", "");
    assertThat(error(good.replace("[1,3,4,4]", "[1,4,4,3]"))).contains("must be FP32 [N, 3, 4, 4]");
    assertThat(error(good.replace("[1,3,4,4]", "[2,3,4,4]"))).contains("96 values; found 48");
    assertThat(error(good.replace("FP32", "INT64"))).contains("found INT64 [1, 3, 4, 4]");
    assertThat(error(good.replace("\"pixels\"", "\"image\""))).contains("one input, 'pixels'");
    assertThat(error(good.replace("probabilities", "logits"))).contains("one output");
    assertThat(error("{")).contains("no JSON");
    assertThat(error("\0\0{\0")).as("text in no encoding").contains("no JSON");
  }

  @Test
  void turnsAwayWhatItCannotHoldAtOnce() {
    ServerLimits two = ServerFixture.limits(1 << 20, 2, Duration.ofSeconds(30));
    try (ServerFixture small = new ServerFixture(two)) {
      small.serve("1", folder, Duration.ofHours(1)); // nothing leaves before a batch of 8 is full
      byte[] one = request(images(1), "FP32", "").getBytes(UTF_8);
      var first = CompletableFuture.supplyAsync(() -> small.post(MODEL + "/infer", one));
      while (!text(small).contains("meanfield_queued_images 1\n")) {
        Thread.onSpinWait();
      }
      byte[] six = request(images(6), "FP32", "").getBytes(UTF_8);
      var second = CompletableFuture.supplyAsync(() -> small.post(MODEL + "/infer", six));
      while (!text(small).contains("meanfield_requests_in_flight 2\n")) {
        Thread.onSpinWait();
      }
      HttpResponse<byte[]> third = small.post(MODEL + "/infer", one);
      assertThat(third.statusCode()).isEqualTo(429);
      assertThat(third.headers().firstValue("Retry-After")).contains("1");
      byte[] large = new byte[1 << 20]; // more than the connection holds unread
      assertThat(small.post(MODEL + "/infer", large).statusCode()).isEqualTo(429);
      try (CurrentModel.Lease lease = small.current.lease().orElseThrow()) {
        lease.model().score(lease.model().block(images(1))).join(); // the eighth
      }
      assertThat(first.join().statusCode()).isEqualTo(200);
      assertThat(second.join().statusCode()).isEqualTo(200);
    }
  }

  @Test
  void countsForPrometheus() {
    fixture.post(MODEL + "/infer", request(images(2), "FP32", "").getBytes(UTF_8));
    HttpResponse<byte[]> response = fixture.get("/metrics");
    assertThat(response.headers().firstValue("Content-Type").orElseThrow())
        .startsWith("text/plain");
    String text = new String(response.body(), UTF_8);
    assertThat(text)
        .containsPattern("meanfield_requests_total\\{endpoint=\"infer\",code=\"200\"} \\d+\n")
        .containsPattern(
            "meanfield_request_seconds_bucket\\{endpoint=\"infer\",le=\"0.001\"} \\d+\n")
        .containsPattern("meanfield_images_total\\{version=\"3\"} \\d+\n")
        .containsPattern("meanfield_batch_images_sum \\d")
        .contains("meanfield_model_info{version=\"3\",model_id=\"");
    for (String line : text.split("\n")) {
      assertThat(line).matches("# (HELP|TYPE) .*|[a-z_]+(\\{[^}]*})? [0-9.eE+-]+");
    }
  }

  @Test
  void showsAPage() {
    HttpResponse<byte[]> page = fixture.get("/");
    assertThat(page.headers().firstValue("Content-Type").orElseThrow()).startsWith("text/html");
    assertThat(new String(page.body(), UTF_8)).contains("v1/classify").contains("type=\"file\"");
  }

  private static String text(ServerFixture server) {
    return new String(server.get("/metrics").body(), UTF_8);
  }

  private static String error(String request) {
    HttpResponse<byte[]> response = fixture.post(MODEL + "/infer", request.getBytes(UTF_8));
    assertThat(response.statusCode()).isEqualTo(400);
    return json(response).path("error").asText();
  }

  private static String request(List<PixelImage> images, String type, String more) {
    List<Float> values = type.equals("FP32") ? planes(images) : interleaved(images);
    String shape = type.equals("FP32") ? "[%d,3,4,4]" : "[%d,4,4,3]";
    return "{\"id\":\"q\",\"inputs\":[{\"name\":\"pixels\",\"datatype\":\""
        + type
        + "\",\"shape\":"
        + shape.formatted(images.size())
        + ",\"data\":"
        + values
        + "}],\"outputs\":[{\"name\":\"probabilities\"}]"
        + more
        + "}";
  }

  private static List<Float> planes(List<PixelImage> images) {
    List<Float> values = new ArrayList<>();
    for (PixelImage image : images) {
      for (int i = 0; i < 3 * SIDE * SIDE; i++) {
        int at = i % (SIDE * SIDE);
        values.add((float) image.value(at / SIDE, at % SIDE, i / (SIDE * SIDE)));
      }
    }
    return values;
  }

  private static List<Float> interleaved(List<PixelImage> images) {
    List<Float> values = new ArrayList<>();
    for (PixelImage image : images) {
      for (int i = 0; i < 3 * SIDE * SIDE; i++) {
        values.add((float) image.value(i / 3 / SIDE, i / 3 % SIDE, i % 3));
      }
    }
    return values;
  }

  private static List<PixelImage> images(int count) {
    Random random = new Random(count);
    List<PixelImage> images = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      byte[] pixels = new byte[3 * SIDE * SIDE];
      random.nextBytes(pixels);
      images.add(new PixelImage(SIDE, SIDE, 3, pixels));
    }
    return images;
  }

  private static List<FloatVector> expected(List<PixelImage> images) {
    try (Scorer scorer = TinyExports.classifier(3).open(1)) {
      return scorer.score(images);
    }
  }

  private static List<Float> binary(HttpResponse<byte[]> response) {
    assertThat(response.statusCode()).as(new String(response.body(), UTF_8)).isEqualTo(200);
    int json =
        Integer.parseInt(
            response.headers().firstValue("Inference-Header-Content-Length").orElseThrow());
    ByteBuffer numbers =
        ByteBuffer.wrap(response.body(), json, response.body().length - json)
            .order(ByteOrder.LITTLE_ENDIAN);
    List<Float> values = new ArrayList<>();
    while (numbers.hasRemaining()) {
      values.add(numbers.getFloat());
    }
    return values;
  }

  private static void assertRows(List<Float> numbers, List<FloatVector> expected) {
    assertThat(numbers).hasSize(3 * expected.size());
    for (int i = 0; i < numbers.size(); i++) {
      assertThat(numbers.get(i))
          .as(String.format(Locale.ROOT, "value %d", i))
          .isEqualTo(expected.get(i / 3).get(i % 3), offset(1e-5f));
    }
  }
}
