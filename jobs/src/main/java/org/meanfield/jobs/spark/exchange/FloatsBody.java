package org.meanfield.jobs.spark.exchange;

import io.netty.channel.FileRegion;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.WritableByteChannel;
import org.apache.spark.network.buffer.ManagedBuffer;
import org.apache.spark.network.util.AbstractFileRegion;

/**
 * Floats as the body of a message, little-endian, read from where they lie when the network takes
 * them: a state is not written down once more before it is sent. Ownership: nobody may write to the
 * values before the peer has them.
 */
final class FloatsBody extends ManagedBuffer {
  /** Bytes that are handed to the network at a time: they stay in a processor's own cache. */
  private static final int PIECE = 1 << 17;

  /** One for each of the transport's threads, of which there are few. */
  private static final ThreadLocal<ByteBuffer> PIECES =
      ThreadLocal.withInitial(
          () -> ByteBuffer.allocateDirect(PIECE).order(ByteOrder.LITTLE_ENDIAN));

  private final float[] values;
  private final int from;
  private final int length;

  /**
   * A run of {@code values}.
   *
   * @param from first index
   * @param length number of values
   */
  FloatsBody(float[] values, int from, int length) {
    this.values = values;
    this.from = from;
    this.length = length;
  }

  @Override
  public long size() {
    return 4L * length;
  }

  @Override
  public ByteBuffer nioByteBuffer() {
    ByteBuffer bytes =
        ByteBuffer.allocate(Math.multiplyExact(4, length)).order(ByteOrder.LITTLE_ENDIAN);
    bytes.asFloatBuffer().put(values, from, length);
    return bytes;
  }

  @Override
  public InputStream createInputStream() {
    return new ByteArrayInputStream(nioByteBuffer().array());
  }

  @Override
  public ManagedBuffer retain() {
    return this;
  }

  @Override
  public ManagedBuffer release() {
    return this;
  }

  /** As what Netty takes for the content of a file, and asks for piece by piece. */
  @Override
  public FileRegion convertToNetty() {
    return new Region();
  }

  private final class Region extends AbstractFileRegion {
    private long transferred;

    @Override
    public long position() {
      return 0;
    }

    @Override
    public long transferred() {
      return transferred;
    }

    @Override
    public long count() {
      return size();
    }

    @Override
    public long transferTo(WritableByteChannel target, long position) throws IOException {
      int first = (int) (position / 4); // the network may have taken a part of this value
      int floats = Math.min(PIECE / 4, length - first);
      if (floats == 0) {
        return 0;
      }
      ByteBuffer piece = PIECES.get().clear();
      piece.asFloatBuffer().put(values, from + first, floats);
      int written = target.write(piece.position((int) (position % 4)).limit(4 * floats));
      transferred += written;
      return written;
    }

    @Override
    protected void deallocate() {}
  }
}
