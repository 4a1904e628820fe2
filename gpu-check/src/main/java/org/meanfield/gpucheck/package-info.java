/** A program that compares a GPU with the processor: {@code scripts/gpu-check}. */
package org.meanfield.gpucheck;
