package org.meanfield.jobs.spark;

import java.nio.ByteBuffer;
import org.meanfield.model.FloatVector;
import org.meanfield.model.ModelState;
import org.meanfield.model.ModelStateCodec;
import org.meanfield.train.MergedState;

/**
 * A merged state between driver and executors: how many rounds of the segment it has, then the
 * state and the outer step's velocity, each with its length and checksum.
 *
 * @param rounds of the segment that are merged in it
 * @param merged state and velocity
 */
record WireState(int rounds, MergedState merged) {
  byte[] encode() {
    byte[] state = ModelStateCodec.encode(merged.state());
    byte[] velocity =
        ModelStateCodec.encode(new ModelState(merged.velocity(), FloatVector.empty()));
    return ByteBuffer.allocate(Math.addExact(8, state.length + velocity.length))
        .putInt(rounds)
        .putInt(state.length)
        .put(state)
        .put(velocity)
        .array();
  }

  static WireState decode(byte[] bytes) {
    ByteBuffer buffer = ByteBuffer.wrap(bytes);
    int rounds = buffer.getInt();
    byte[] state = new byte[buffer.getInt()];
    buffer.get(state);
    byte[] velocity = new byte[buffer.remaining()];
    buffer.get(velocity);
    return new WireState(
        rounds,
        new MergedState(
            ModelStateCodec.decode(state, "The merged state of a segment"),
            ModelStateCodec.decode(velocity, "The velocity of a segment").parameters()));
  }
}
