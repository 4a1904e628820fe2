package org.meanfield.model;

/**
 * The residual networks. Source: He et al. 2016; resnet18 and resnet50 in torchvision's shape,
 * where the 3x3 convolution of a bottleneck has the stride ("v1.5"). Shortcuts that change shape
 * are 1x1 convolutions with batch norm (the paper's option B) in all of them. The stem of resnet18
 * and resnet50 is the one for large images whatever the size is, so that published weights fit.
 */
final class ResidualNetworks {
  private static final int STAGES_OF_IMAGENET = 4;

  private ResidualNetworks() {}

  /** CIFAR's: three stages of three blocks with 16, 32 and 64 channels. */
  static void resnet20(GraphSketch sketch) {
    sketch.paddedConvolution("conv1", 3, 1, 16).batchNorm("bn1").relu("relu1");
    int before = 16;
    for (int stage = 1; stage <= 3; stage++) {
      int channels = 8 << stage;
      for (int block = 1; block <= 3; block++) {
        int stride = stage > 1 && block == 1 ? 2 : 1;
        basic(sketch, name(stage, block), new Shape(before, channels, stride));
        before = channels;
      }
    }
    sketch.globalAverage("average").classifier();
  }

  /** Four stages of two basic blocks. */
  static void resnet18(GraphSketch sketch) {
    stem(sketch);
    int before = 64;
    for (int stage = 1; stage <= STAGES_OF_IMAGENET; stage++) {
      int channels = 32 << stage;
      for (int block = 1; block <= 2; block++) {
        int stride = stage > 1 && block == 1 ? 2 : 1;
        basic(sketch, name(stage, block), new Shape(before, channels, stride));
        before = channels;
      }
    }
    sketch.globalAverage("average").classifier();
  }

  /** Four stages of 3, 4, 6 and 3 bottlenecks. */
  static void resnet50(GraphSketch sketch) {
    stem(sketch);
    int[] blocks = {3, 4, 6, 3};
    int before = 64;
    for (int stage = 1; stage <= STAGES_OF_IMAGENET; stage++) {
      int channels = 128 << stage;
      for (int block = 1; block <= blocks[stage - 1]; block++) {
        int stride = stage > 1 && block == 1 ? 2 : 1;
        bottleneck(sketch, name(stage, block), new Shape(before, channels, stride));
        before = channels;
      }
    }
    sketch.globalAverage("average").classifier();
  }

  private static void stem(GraphSketch sketch) {
    sketch
        .paddedConvolution("conv1", 7, 2, 64)
        .batchNorm("bn1")
        .relu("relu1")
        .maxPool("pool1", 3, 2, 1);
  }

  private static void basic(GraphSketch sketch, String block, Shape shape) {
    String input = sketch.last();
    sketch
        .paddedConvolution(block + ".conv1", 3, shape.stride(), shape.channels())
        .batchNorm(block + ".bn1")
        .relu(block + ".relu1")
        .paddedConvolution(block + ".conv2", 3, 1, shape.channels())
        .batchNorm(block + ".bn2");
    close(sketch, block, input, shape, "relu2");
  }

  private static void bottleneck(GraphSketch sketch, String block, Shape shape) {
    String input = sketch.last();
    int narrow = shape.channels() / 4;
    sketch
        .paddedConvolution(block + ".conv1", 1, 1, narrow)
        .batchNorm(block + ".bn1")
        .relu(block + ".relu1")
        .paddedConvolution(block + ".conv2", 3, shape.stride(), narrow)
        .batchNorm(block + ".bn2")
        .relu(block + ".relu2")
        .paddedConvolution(block + ".conv3", 1, 1, shape.channels())
        .batchNorm(block + ".bn3");
    close(sketch, block, input, shape, "relu3");
  }

  /** Adds the shortcut and the last rectifier. */
  private static void close(
      GraphSketch sketch, String block, String input, Shape shape, String relu) {
    String body = sketch.last();
    String shortcut = input;
    if (shape.before() != shape.channels() || shape.stride() != 1) {
      shortcut =
          sketch
              .from(input)
              .paddedConvolution(block + ".shortcut.conv", 1, shape.stride(), shape.channels())
              .batchNorm(block + ".shortcut.bn")
              .last();
    }
    sketch.from(body).add(block + ".add", shortcut).relu(block + "." + relu);
  }

  private static String name(int stage, int block) {
    return "stage" + stage + ".block" + block;
  }

  /** Channels into a block, channels out of it, and its stride. */
  private record Shape(int before, int channels, int stride) {}
}
