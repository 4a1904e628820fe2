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

/** The driver's end of a segment: puts what tasks say into a queue and answers nothing itself. */
final class SegmentEndpoint implements ThreadSafeRpcEndpoint {
  private final RpcEnv env;
  private final BlockingQueue<SegmentEvent> events;

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
    return new Receive(events, Optional.empty());
  }

  @Override
  public PartialFunction<Object, BoxedUnit> receiveAndReply(RpcCallContext context) {
    return new Receive(events, Optional.of(context));
  }

  private static final class Receive extends AbstractPartialFunction<Object, BoxedUnit> {
    private final BlockingQueue<SegmentEvent> events;
    private final Optional<RpcCallContext> context;

    Receive(BlockingQueue<SegmentEvent> events, Optional<RpcCallContext> context) {
      this.events = events;
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
      events.add(new SegmentEvent.Said(Control.decode(bytes), context));
      return (B1) BoxedUnit.UNIT;
    }
  }
}
