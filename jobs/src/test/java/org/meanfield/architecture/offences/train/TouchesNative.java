package org.meanfield.architecture.offences.train;

import ai.onnxruntime.OrtEnvironment;
import org.bytedeco.pytorch.Tensor;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Holds native memory outside an engine. */
record TouchesNative(INDArray parameters, Tensor gradient, OrtEnvironment runtime) {}
