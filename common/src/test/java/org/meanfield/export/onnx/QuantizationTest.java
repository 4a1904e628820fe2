package org.meanfield.export.onnx;

import static org.assertj.core.api.Assertions.assertThat;

import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import java.io.IOException;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import onnx.Onnx.ModelProto;
import onnx.Onnx.NodeProto;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.meanfield.data.ClassIndex;
import org.meanfield.data.ImageSpec;
import org.meanfield.data.Normalization;
import org.meanfield.data.ResizePolicy;
import org.meanfield.engine.Scorer;
import org.meanfield.export.ExportCheck;
import org.meanfield.export.OnnxExporter;
import org.meanfield.export.OnnxScorer;
import org.meanfield.export.RandomModels;
import org.meanfield.image.PixelImage;
import org.meanfield.model.Architectures;
import org.meanfield.model.Network;
import org.meanfield.model.TrainedModel;
import org.meanfield.model.TrainingRecipe;

class QuantizationTest {
  private static final ClassIndex CLASSES = new ClassIndex(List.of("ant", "bee", "cat"));
  private static final ImageSpec SPEC =
      new ImageSpec(32, 32, 3, ResizePolicy.STRETCH, Normalization.unitRange(3));
  private static final List<PixelImage> IMAGES = RandomModels.images(SPEC, 6, 5);

  @Test
  void batchNormsGoIntoTheConvolutionsBeforeThem() throws IOException {
    ModelProto model = ModelProto.parseFrom(OnnxExporter.export(resnet()));
    ModelProto prepared =
        model.toBuilder().setGraph(Quantization.prepared(model.getGraph())).build();

    assertThat(operators(model)).contains("BatchNormalization");
    assertThat(operators(prepared)).doesNotContain("BatchNormalization");
    try (Scorer before = scorer(model);
        Scorer after = scorer(prepared)) {
      assertThat(ExportCheck.compare(before, after, IMAGES).maxDifference()).isLessThan(1e-5);
    }
  }

  @Test
  void onnxRuntimeComputesItInIntegers(@TempDir Path folder) throws OrtException, IOException {
    byte[] quantised = OnnxExporter.quantized(resnet(), RandomModels.images(SPEC, 32, 6));
    Path optimised = folder.resolve("optimised.onnx");
    try (OrtSession.SessionOptions options = new OrtSession.SessionOptions()) {
      options.setOptimizationLevel(OrtSession.SessionOptions.OptLevel.EXTENDED_OPT);
      options.setOptimizedModelFilePath(optimised.toString());
      OrtEnvironment.getEnvironment().createSession(quantised, options).close();
    }
    List<String> operators = operators(ModelProto.parseFrom(Files.readAllBytes(optimised)));
    assertThat(operators)
        .contains("QLinearConv", "QLinearAdd")
        .doesNotContain("Conv", "Gemm", "Relu");
  }

  @Test
  void aRangeAlwaysHasAnExactZero() {
    ValueRange range = ValueRange.ZERO.with(FloatBuffer.wrap(new float[] {3, 1, 2}));
    assertThat(range).isEqualTo(new ValueRange(0, 3));
    assertThat(range.zeroPoint()).isZero();
    assertThat(range.scale()).isEqualTo(3f / 255);
    ValueRange wider = range.with(FloatBuffer.wrap(new float[] {-1}));
    assertThat(wider.zeroPoint()).isEqualTo(64);
    assertThat(ValueRange.ZERO.scale()).as("nothing but zeros").isPositive();
  }

  private static TrainedModel resnet() {
    Network network = Architectures.build("resnet20", SPEC, CLASSES, TrainingRecipe.plain(0.1, 3));
    return RandomModels.of(network, 17);
  }

  private static Scorer scorer(ModelProto model) {
    return new OnnxScorer("x", model.toByteArray(), SPEC, CLASSES, 1);
  }

  private static List<String> operators(ModelProto model) {
    return model.getGraph().getNodeList().stream().map(NodeProto::getOpType).toList();
  }
}
