package org.meanfield.architecture.offences.train;

import ai.onnxruntime.OrtEnvironment;
import org.bytedeco.pytorch.Tensor;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Holds native memory outside an engine. */
record TouchesNative(
    INDArray parameters, ComputationGraph network, Tensor gradient, OrtEnvironment runtime) {}
