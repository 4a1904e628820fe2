package org.meanfield.jobs.spark.exchange;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.channel.FileRegion;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.WritableByteChannel;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** A network takes as many bytes as it likes: also a part of a value, also none. */
class FloatsBodyTest {
  private static final int LENGTH = 100_003; // more than a piece

  @Test
  void allBytesComeInOrderHoweverManyAreTakenAtATime() throws Exception {
    float[] values = new float[LENGTH + 10];
    Random random = new Random(1);
    for (int i = 0; i < values.length; i++) {
      values[i] = random.nextFloat();
    }
    FloatsBody body = new FloatsBody(values, 7, LENGTH);
    byte[] expected = body.nioByteBuffer().array();
    assertThat(ByteBuffer.wrap(expected, 0, 4).order(ByteOrder.LITTLE_ENDIAN).getFloat())
        .isEqualTo(values[7]);
    assertThat(body.size()).isEqualTo(4 * LENGTH);

    FileRegion region = body.convertToNetty();
    GreedyNow taker = new GreedyNow(random);
    while (region.transferred() < region.count()) {
      region.transferTo(taker, region.transferred());
    }
    assertThat(taker.taken.toByteArray()).isEqualTo(expected);
    assertThat(region.transferTo(taker, region.transferred())).isZero();
  }

  /** Takes some of what it is offered. */
  private static final class GreedyNow implements WritableByteChannel {
    private final ByteArrayOutputStream taken = new ByteArrayOutputStream();
    private final Random random;

    GreedyNow(Random random) {
      this.random = random;
    }

    @Override
    public int write(ByteBuffer source) throws IOException {
      byte[] some = new byte[random.nextInt(source.remaining() + 1)];
      source.get(some);
      taken.write(some);
      return some.length;
    }

    @Override
    public boolean isOpen() {
      return true;
    }

    @Override
    public void close() {}
  }
}
