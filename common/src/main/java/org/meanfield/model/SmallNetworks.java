package org.meanfield.model;

/** The networks without shortcuts. */
final class SmallNetworks {
  private SmallNetworks() {}

  /** LeNet as Caffe's examples have it. Source: LeCun et al. 1998; Caffe's lenet_train_test. */
  static void lenet(GraphSketch sketch) {
    sketch
        .convolution("conv1", 5, 20)
        .maxPool("pool1", 2, 2, 0)
        .convolution("conv2", 5, 50)
        .maxPool("pool2", 2, 2, 0)
        .dense("dense1", 500)
        .classifier();
  }

  /** Two hidden layers of 256 and 128 rectified units. */
  static void mlp(GraphSketch sketch) {
    sketch.dense("dense1", 256).dense("dense2", 128).classifier();
  }

  /**
   * Three pairs of 3x3 convolutions with batch norm, of 32, 64 and 128 channels, each pair halving
   * the size; global average.
   */
  static void cnn(GraphSketch sketch) {
    int convolution = 1;
    for (int pair = 1; pair <= 3; pair++) {
      for (int i = 0; i < 2; i++, convolution++) {
        sketch
            .paddedConvolution("conv" + convolution, 3, 1, 16 << pair)
            .batchNorm("bn" + convolution)
            .relu("relu" + convolution);
      }
      sketch.maxPool("pool" + pair, 2, 2, 0);
    }
    sketch.globalAverage("average").classifier();
  }
}
