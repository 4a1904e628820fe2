package org.meanfield.jobs.spark;

import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import org.apache.spark.rpc.RpcCallContext;
import org.apache.spark.rpc.RpcEnv;
import org.apache.spark.rpc.ThreadSafeRpcEndpoint;
import scala.Function1;
import scala.PartialFunction;
import scala.runtime.AbstractPartialFunction;
import scala.runtime.BoxedUnit;

/**
 * The driver's end of a segment: puts what tasks say into a queue and answers nothing itself, until
 * the segment is over. From then on everybody who asks hears so at once: a task that waited for a
 * reader who is gone would keep its slot from the next segment.
 */
final class SegmentEndpoint implements ThreadSafeRpcEndpoint {
  /** To a task that asks for the others: there is nothing to take part in. */
  static final byte[] OVER = {};

  /** To a task that ended: its state is not wanted. */
  static final byte[] NO = {0};

  private final RpcEnv env;
  private final BlockingQueue<SegmentEvent> events;
  private boolean over;

  SegmentEndpoint(RpcEnv env, BlockingQueue<SegmentEvent> events) {
    this.env = env;
    this.events = events;
  }

  @Override
  public RpcEnv rpcEnv() {
    return env;
  }

  @Override
  public PartialFunction<Object, BoxedUnit> receive() {
    return new Receive(Optional.empty());
  }

  @Override
  public PartialFunction<Object, BoxedUnit> receiveAndReply(RpcCallContext context) {
    return new Receive(Optional.of(context));
  }

  /** Nobody reads the queue any more: answers whoever waits in it, and whoever comes later. */
  synchronized void over() {
    over = true;
    for (SegmentEvent event = events.poll(); event != null; event = events.poll()) {
      if (event instanceof SegmentEvent.Said said) {
        dismiss(said);
      }
    }
  }

  private synchronized void take(SegmentEvent.Said said) {
    if (over) {
      dismiss(said);
    } else {
      events.add(said);
    }
  }

  private static void dismiss(SegmentEvent.Said said) {
    byte[] answer = said.what() instanceof Control.Ready ? OVER : NO;
    said.asker().ifPresent(task -> task.reply(answer));
  }

  private final class Receive extends AbstractPartialFunction<Object, BoxedUnit> {
    private final Optional<RpcCallContext> context;

    Receive(Optional<RpcCallContext> context) {
      this.context = context;
    }

    @Override
    public boolean isDefinedAt(Object message) {
      return message instanceof byte[];
    }

    @Override
    @SuppressWarnings("unchecked")
    public <A1, B1> B1 applyOrElse(A1 message, Function1<A1, B1> otherwise) {
      if (!(message instanceof byte[] bytes)) {
        return otherwise.apply(message);
      }
      take(new SegmentEvent.Said(Control.decode(bytes), context));
      return (B1) BoxedUnit.UNIT;
    }
  }
}
