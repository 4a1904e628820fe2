package org.meanfield.jobs.spark;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import org.apache.spark.rpc.RpcAddress;
import org.apache.spark.rpc.RpcCallContext;
import org.junit.jupiter.api.Test;

/** A task must never wait for a driver that has left its segment: it would keep its slot. */
class SegmentEndpointTest {
  private static final Control.Ready READY = new Control.Ready(1, "2", "host_2", "p", "host", 7);
  private static final Control.Ended ENDED =
      new Control.Ended(0, 3, "a peer left", List.of(), -1, 0, 12);

  private final BlockingQueue<SegmentEvent> events = new LinkedBlockingQueue<>();
  private final SegmentEndpoint endpoint = new SegmentEndpoint(null, events);

  @Test
  void queuesWhatTasksSayWhileTheSegmentRuns() {
    Answers task = says(READY);
    assertThat(task.given).isEmpty();
    assertThat(events)
        .singleElement()
        .satisfies(event -> assertThat(((SegmentEvent.Said) event).what()).isEqualTo(READY));
  }

  @Test
  void answersWhoeverStillWaitsWhenTheDriverLeaves() {
    Answers ready = says(READY);
    Answers ended = says(ENDED);
    endpoint.over();
    assertThat(ready.given).containsExactly(SegmentEndpoint.OVER);
    assertThat(ended.given).containsExactly(SegmentEndpoint.NO);
    assertThat(events).isEmpty();
  }

  @Test
  void answersWhoeverComesAfterwards() {
    endpoint.over();
    assertThat(says(ENDED).given).containsExactly(SegmentEndpoint.NO);
    assertThat(says(READY).given).containsExactly(SegmentEndpoint.OVER);
    assertThat(events).isEmpty();
  }

  private Answers says(Control what) {
    Answers answers = new Answers();
    endpoint.receiveAndReply(answers).apply(what.encode());
    return answers;
  }

  /** A task's side of a question. */
  private static final class Answers implements RpcCallContext {
    private final List<Object> given = new ArrayList<>();

    @Override
    public void reply(Object response) {
      given.add(response);
    }

    @Override
    public void sendFailure(Throwable e) {
      throw new AssertionError(e);
    }

    @Override
    public RpcAddress senderAddress() {
      return new RpcAddress("host", 1);
    }
  }
}
