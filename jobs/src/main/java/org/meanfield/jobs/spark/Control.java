package org.meanfield.jobs.spark;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.meanfield.train.WorkerReport;
import org.meanfield.train.WorkerTime;

/**
 * What the tasks of a segment tell the driver: small messages, as bytes, because an executor's
 * message layer may not know this program's classes.
 */
sealed interface Control {
  /** The task that speaks. */
  int task();

  /** Writes what follows the task. */
  void writeTo(DataOutputStream out) throws IOException;

  /**
   * A task is ready; the answer is a {@link Membership}, empty where the segment is over.
   *
   * @param executor its executor's id
   * @param location in Spark's form of an executor's location
   * @param process the same for tasks of one process
   * @param host under which its process takes part in exchanges
   * @param port of the same
   */
  record Ready(int task, String executor, String location, String process, String host, int port)
      implements Control {
    @Override
    public void writeTo(DataOutputStream out) throws IOException {
      out.writeByte('R');
      out.writeUTF(executor);
      out.writeUTF(location);
      out.writeUTF(process);
      out.writeUTF(host);
      out.writeInt(port);
    }
  }

  /**
   * A round is merged where the task runs.
   *
   * @param index of the round in the segment
   * @param seconds since the task merged the round before, or began
   * @param exchangeSeconds of them from the task's last iteration to the merged state
   * @param workers what its workers did
   */
  record Merged(
      int task, int index, double seconds, double exchangeSeconds, List<WorkerReport> workers)
      implements Control {
    @Override
    public void writeTo(DataOutputStream out) throws IOException {
      out.writeByte('M');
      out.writeInt(index);
      out.writeDouble(seconds);
      out.writeDouble(exchangeSeconds);
      out.writeInt(workers.size());
      for (WorkerReport report : workers) {
        out.writeInt(report.worker());
        out.writeInt(report.examples());
        out.writeDouble(report.meanLoss());
        out.writeDouble(report.time().compute());
        out.writeDouble(report.time().data());
        out.writeDouble(report.time().exchange());
        out.writeInt(report.exampleIds().size());
        for (String id : report.exampleIds()) {
          out.writeUTF(id);
        }
      }
    }
  }

  /**
   * Part of a merged state that the driver wants while the segment goes on; the answer comes when
   * the part is taken, and to the last one when the state has served.
   *
   * @param from position of the part in the {@link WireState}, in bytes
   * @param length of the whole
   * @param part its bytes
   */
  record StatePiece(int task, int from, int length, ByteBuffer part) implements Control {
    @Override
    public void writeTo(DataOutputStream out) throws IOException {
      out.writeByte('S');
      out.writeInt(from);
      out.writeInt(length);
      out.writeInt(part.remaining());
      out.write(part.array(), part.arrayOffset() + part.position(), part.remaining());
    }

    /** True for the part that completes the state. */
    boolean isLast() {
      return from + part.remaining() == length;
    }
  }

  /**
   * A task stops; the answer's one byte is 1 where the driver wants the state that it holds.
   *
   * @param rounds of the segment that are merged in that state
   * @param failure why it stops before the end; empty at the end
   * @param late tasks from which nothing came until the deadline
   * @param diverged lowest worker that diverged, or -1
   * @param loss of that worker
   * @param exchangedBytes sent by its process so far
   */
  record Ended(
      int task,
      int rounds,
      String failure,
      List<Integer> late,
      int diverged,
      double loss,
      long exchangedBytes)
      implements Control {
    @Override
    public void writeTo(DataOutputStream out) throws IOException {
      out.writeByte('E');
      out.writeInt(rounds);
      out.writeUTF(failure.length() > 2000 ? failure.substring(0, 2000) : failure);
      out.writeInt(late.size());
      for (int other : late) {
        out.writeInt(other);
      }
      out.writeInt(diverged);
      out.writeDouble(loss);
      out.writeLong(exchangedBytes);
    }
  }

  /** The bytes of a message. */
  default byte[] encode() {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (DataOutputStream out = new DataOutputStream(bytes)) {
      out.writeInt(task());
      writeTo(out);
    } catch (IOException e) {
      throw new UncheckedIOException("Memory takes every message", e);
    }
    return bytes.toByteArray();
  }

  /** The message in {@code bytes}. */
  static Control decode(byte[] bytes) {
    try (DataInputStream in = new DataInputStream(new ByteArrayInputStream(bytes))) {
      int task = in.readInt();
      byte kind = in.readByte();
      return switch (kind) {
        case 'R' ->
            new Ready(task, in.readUTF(), in.readUTF(), in.readUTF(), in.readUTF(), in.readInt());
        case 'M' -> merged(task, in);
        case 'S' ->
            new StatePiece(
                task, in.readInt(), in.readInt(), ByteBuffer.wrap(in.readNBytes(in.readInt())));
        case 'E' -> ended(task, in);
        default -> throw new IllegalArgumentException("No message of a segment: kind " + kind);
      };
    } catch (IOException e) {
      throw new IllegalArgumentException("A message of a segment is cut", e);
    }
  }

  private static Merged merged(int task, DataInputStream in) throws IOException {
    int index = in.readInt();
    double seconds = in.readDouble();
    double exchange = in.readDouble();
    List<WorkerReport> workers = new ArrayList<>();
    for (int left = in.readInt(); left > 0; left--) {
      int worker = in.readInt();
      int examples = in.readInt();
      double loss = in.readDouble();
      WorkerTime time = new WorkerTime(in.readDouble(), in.readDouble(), in.readDouble());
      List<String> ids = new ArrayList<>();
      for (int more = in.readInt(); more > 0; more--) {
        ids.add(in.readUTF());
      }
      workers.add(new WorkerReport(worker, examples, loss, time, ids));
    }
    return new Merged(task, index, seconds, exchange, workers);
  }

  private static Ended ended(int task, DataInputStream in) throws IOException {
    int rounds = in.readInt();
    String failure = in.readUTF();
    List<Integer> late = new ArrayList<>();
    for (int left = in.readInt(); left > 0; left--) {
      late.add(in.readInt());
    }
    return new Ended(task, rounds, failure, late, in.readInt(), in.readDouble(), in.readLong());
  }
}
