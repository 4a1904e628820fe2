package org.meanfield.jobs.spark;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import org.meanfield.jobs.spark.exchange.Peer;

/**
 * Who takes part in a segment: its processes as peers, and the peer of each task.
 *
 * @param peers in the order of their lowest task
 * @param peerOfTask index into the peers, by task
 */
record Membership(List<Peer> peers, List<Integer> peerOfTask) {
  /** Copies. */
  Membership {
    peers = List.copyOf(peers);
    peerOfTask = List.copyOf(peerOfTask);
  }

  /** From what each task said, in task order. */
  static Membership of(List<Control.Ready> tasks) {
    List<String> processes = new ArrayList<>();
    List<Peer> peers = new ArrayList<>();
    List<Integer> peerOfTask = new ArrayList<>();
    for (Control.Ready task : tasks) {
      if (!processes.contains(task.process())) {
        processes.add(task.process());
        peers.add(new Peer("executor " + task.executor(), task.host(), task.port()));
      }
      peerOfTask.add(processes.indexOf(task.process()));
    }
    return new Membership(peers, peerOfTask);
  }

  /** Tasks of a peer. */
  List<Integer> tasksOf(int peer) {
    List<Integer> tasks = new ArrayList<>();
    for (int task = 0; task < peerOfTask.size(); task++) {
      if (peerOfTask.get(task) == peer) {
        tasks.add(task);
      }
    }
    return tasks;
  }

  byte[] encode() {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (DataOutputStream out = new DataOutputStream(bytes)) {
      out.writeInt(peers.size());
      for (Peer peer : peers) {
        out.writeUTF(peer.name());
        out.writeUTF(peer.host());
        out.writeInt(peer.port());
      }
      out.writeInt(peerOfTask.size());
      for (int peer : peerOfTask) {
        out.writeInt(peer);
      }
    } catch (IOException e) {
      throw new UncheckedIOException("Memory takes every message", e);
    }
    return bytes.toByteArray();
  }

  static Membership decode(byte[] bytes) {
    try (DataInputStream in = new DataInputStream(new ByteArrayInputStream(bytes))) {
      List<Peer> peers = new ArrayList<>();
      for (int left = in.readInt(); left > 0; left--) {
        peers.add(new Peer(in.readUTF(), in.readUTF(), in.readInt()));
      }
      List<Integer> peerOfTask = new ArrayList<>();
      for (int left = in.readInt(); left > 0; left--) {
        peerOfTask.add(in.readInt());
      }
      return new Membership(peers, peerOfTask);
    } catch (IOException e) {
      throw new IllegalArgumentException("The driver's answer is cut", e);
    }
  }
}
