package org.meanfield.engine.torch;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.meanfield.engine.ComputeDevice;
import org.meanfield.engine.Minibatch;
import org.meanfield.engine.Precision;
import org.meanfield.engine.nd4j.TinyNetworks;
import org.meanfield.error.SettingsException;

/** What a person is told when a device's memory does not suffice. */
class DeviceMemoryTest {
  private final RuntimeException shortage =
      new RuntimeException("CUDA out of memory. Tried to allocate 2.00 GiB. GPU 0 has ...");

  private final DeviceMemory memory =
      new DeviceMemory(ComputeDevice.cuda(1), "resnet50", Precision.BF16);
  private final List<Integer> tried = new ArrayList<>();

  @Test
  void aMinibatchThatFitsIsNamed() {
    assertThat(explained(64, 25))
        .isInstanceOf(SettingsException.class)
        .hasMessageContaining("cuda:1 has too little memory for network 'resnet50'")
        .hasMessageContaining("a minibatch of 64 images in bf16; 24 fit")
        .hasMessageContaining("train.batch-size")
        .hasCause(shortage);
    assertThat(tried).containsExactly(32, 16, 24);
    assertThat(explained(64, 40)).hasMessageContaining("; 32 fit");
    assertThat(explained(5, 1)).hasMessageContaining("; 1 fit");
  }

  @Test
  void whereNotOneImageFitsAnotherProcessIsSuspected() {
    assertThat(explained(7, 0)).hasMessageContaining("not even a single image");
    assertThat(tried).containsExactly(3, 1);
    assertThat(memory.explained(shortage))
        .isInstanceOf(SettingsException.class)
        .hasMessageContaining("not even for its parameters");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "CUDA error: CUBLAS_STATUS_ALLOC_FAILED when calling `cublasCreate(handle)`",
        "cuDNN error: CUDNN_STATUS_ALLOC_FAILED"
      })
  void librariesHaveOtherWordsForIt(String message) {
    assertThat(memory.explained(new RuntimeException(message)))
        .isInstanceOf(SettingsException.class);
  }

  @Test
  void anotherFailureStaysWhatItIs() {
    RuntimeException other = new RuntimeException("CUDA error: an illegal memory access");
    Minibatch minibatch = TinyNetworks.minibatch(4, 1);
    assertThat(memory.explained(other)).isSameAs(other);
    assertThat(memory.explained(other, minibatch, tries(0))).isSameAs(other);
    assertThat(tried).isEmpty();
    Consumer<Minibatch> broken =
        smaller -> {
          throw other;
        };
    assertThat(memory.explained(shortage, minibatch, broken))
        .isSameAs(shortage)
        .hasSuppressedException(other);
  }

  @Test
  void aSmallerMinibatchHasTheFirstImages() {
    Minibatch whole = TinyNetworks.minibatch(4, 1);
    Minibatch first = DeviceMemory.first(whole, 3);
    assertThat(first.size()).isEqualTo(3);
    assertThat(first.pixels().toArray())
        .startsWith(whole.pixels().get(0))
        .hasSize(whole.pixels().length() / 4 * 3);
    assertThat(first.targets().length()).isEqualTo(whole.targets().length() / 4 * 3);
  }

  private RuntimeException explained(int size, int fits) {
    tried.clear();
    return memory.explained(shortage, TinyNetworks.minibatch(size, 1), tries(fits));
  }

  private Consumer<Minibatch> tries(int fits) {
    return minibatch -> {
      tried.add(minibatch.size());
      if (minibatch.size() > fits) {
        throw shortage;
      }
    };
  }
}
