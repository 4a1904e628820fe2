package org.meanfield.engine.torch;

import java.util.List;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;

/**
 * A network as a list of operations in order. Each value is let go as soon as nothing needs it; the
 * gradient tape keeps what it needs on its own.
 */
final class CompiledGraph {
  private final List<Node> nodes;
  private final List<BatchNorm> batchNorms;
  private final Loss loss;

  /**
   * @param nodes in order; the last one gives the output before its activation
   * @param batchNorms those of the nodes that have running statistics to keep
   * @param loss of the output
   */
  CompiledGraph(List<Node> nodes, List<BatchNorm> batchNorms, Loss loss) {
    this.nodes = List.copyOf(nodes);
    this.batchNorms = List.copyOf(batchNorms);
    this.loss = loss;
  }

  /** One vertex. */
  static final class Node {
    private final int[] inputs;
    private final int[] lastUses;
    private final Operation operation;

    /**
     * @param inputs slots that it reads; slot 0 has the images, slot i + 1 the value of node i
     * @param lastUses slots that nothing reads after it
     * @param operation what it computes
     */
    Node(int[] inputs, int[] lastUses, Operation operation) {
      this.inputs = inputs;
      this.lastUses = lastUses;
      this.operation = operation;
    }
  }

  /** The network's loss. */
  Loss loss() {
    return loss;
  }

  /** The output before its activation. Ownership: the caller's scope. */
  Tensor forward(Tensor images, Pass pass) {
    Tensor[] slots = new Tensor[nodes.size() + 1];
    slots[0] = images;
    for (int i = 0; i < nodes.size(); i++) {
      Node node = nodes.get(i);
      slots[i + 1] = run(node, slots, pass);
      for (int slot : node.lastUses) {
        if (slot > 0) {
          slots[slot].close();
        }
        slots[slot] = null;
      }
    }
    return slots[nodes.size()];
  }

  /** Only the result outlives the node; temporary casts and masks do not. */
  private static Tensor run(Node node, Tensor[] slots, Pass pass) {
    PointerScope outer = PointerScope.getInnerScope();
    try (PointerScope scope = new PointerScope()) {
      Tensor[] inputs = new Tensor[node.inputs.length];
      for (int i = 0; i < inputs.length; i++) {
        inputs[i] = slots[node.inputs[i]];
      }
      Tensor value = node.operation.forward(inputs, pass);
      if (isOneOf(inputs, value)) {
        value = new Tensor(value); // a vertex that does nothing: let go apart from its input
      }
      outer.attach(value); // before the other lets go: the last one to do so frees it
      scope.detach(value);
      return value;
    }
  }

  @SuppressWarnings("ReferenceEquality") // two handles of one tensor are let go one by one
  private static boolean isOneOf(Tensor[] inputs, Tensor value) {
    for (Tensor input : inputs) {
      if (value == input) {
        return true;
      }
    }
    return false;
  }

  /** After a training pass: batch statistics become changes of the running ones. */
  void finishStatistics() {
    for (BatchNorm batchNorm : batchNorms) {
      batchNorm.finishStatistics();
    }
  }
}
