package org.meanfield.jobs.spark;

import java.util.Optional;

/** A merged state that a task sends in pieces, one after the other, put together again. */
final class ArrivingState {
  private static final byte[] NONE = {};

  private byte[] bytes = NONE;

  /** Takes a piece; gives the state with its last one. */
  Optional<WireState> take(Control.StatePiece piece) {
    if (piece.from() == 0) {
      bytes = new byte[piece.length()];
    }
    boolean whole = piece.isLast(); // asked first: what is read is gone from the piece
    piece.part().get(bytes, piece.from(), piece.part().remaining());
    if (!whole) {
      return Optional.empty();
    }
    WireState state = WireState.decode(bytes);
    bytes = NONE;
    return Optional.of(state);
  }
}
