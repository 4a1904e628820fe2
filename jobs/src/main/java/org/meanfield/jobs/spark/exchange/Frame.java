package org.meanfield.jobs.spark.exchange;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Optional;

/**
 * The head of a message. Little-endian: magic {@code MFEX}, version, exchange (long), sender,
 * round, phase, diverged worker or -1 (ints), its loss (double), length of the body (int).
 *
 * @param exchange which one the message belongs to
 * @param sender index of the peer that sends it
 * @param round number of the round
 * @param phase what the body is
 * @param diverged null where all of the sender's workers are well
 * @param length of the body in bytes
 */
record Frame(long exchange, int sender, int round, Phase phase, Diverged diverged, int length) {
  static final int BYTES = 48;
  private static final int MAGIC = 0x5845464D; // "MFEX" read as little-endian
  private static final int VERSION = 2;

  /** The bytes of this head, ready to be read. */
  ByteBuffer bytes() {
    ByteBuffer head = ByteBuffer.allocate(BYTES).order(ByteOrder.LITTLE_ENDIAN);
    head.putInt(MAGIC).putInt(VERSION).putLong(exchange).putInt(sender).putInt(round);
    head.putInt(phase.code());
    head.putInt(diverged == null ? Diverged.NOBODY : diverged.worker());
    head.putDouble(diverged == null ? 0 : diverged.meanLoss());
    return head.putInt(length).putInt(0).flip();
  }

  /**
   * Reads a head.
   *
   * @throws ExchangeException where the bytes are no head of a message of an exchange
   */
  static Frame read(ByteBuffer message) {
    message.order(ByteOrder.LITTLE_ENDIAN);
    if (message.remaining() < BYTES || message.getInt() != MAGIC) {
      throw new ExchangeException("A message that is none of a Meanfield exchange was refused");
    }
    int version = message.getInt();
    if (version != VERSION) {
      throw new ExchangeException(
          "A message of exchange version " + version + " was refused; expected " + VERSION);
    }
    long exchange = message.getLong();
    int sender = message.getInt();
    int round = message.getInt();
    int code = message.getInt();
    int worker = message.getInt();
    double loss = message.getDouble();
    int length = message.getInt();
    message.getInt();
    Optional<Phase> phase = Phase.of(code);
    if (phase.isEmpty() || length < 0 || message.hasRemaining()) {
      throw new ExchangeException(
          "A message of phase " + code + " that announces " + length + " bytes was refused");
    }
    Diverged diverged = worker == Diverged.NOBODY ? null : new Diverged(worker, loss);
    return new Frame(exchange, sender, round, phase.get(), diverged, length);
  }
}
