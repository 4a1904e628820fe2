package org.meanfield.train;

import java.io.Serializable;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.List;
import org.meanfield.average.AveragingSchedule;
import org.meanfield.average.ExchangeCodec;
import org.meanfield.average.OuterOptimizer;
import org.meanfield.data.Sha256;
import org.meanfield.image.Augmentation;
import org.meanfield.model.Network;

/**
 * Everything that the result of a training depends on, and nothing else: with the data, it
 * determines the final bits.
 *
 * @param network definition, optimiser included
 * @param shardSizes examples of each worker; its length is the number of workers K
 * @param epochs passes over the data
 * @param batchSize examples of one worker's step; the last step of an epoch may have fewer
 * @param averaging when replicas are merged
 * @param outer what the coordinator does with the mean
 * @param exchange how states are written when they are exchanged
 * @param augmentation of training images
 * @param labelSmoothing epsilon in [0, 1)
 * @param seed of every draw
 * @param engine the engine's name: bits are promised for one engine
 */
public record TrainingPlan(
    Network network,
    List<Integer> shardSizes,
    int epochs,
    int batchSize,
    AveragingSchedule averaging,
    OuterOptimizer outer,
    ExchangeCodec exchange,
    Augmentation augmentation,
    double labelSmoothing,
    long seed,
    String engine)
    implements Serializable {

  /** Copies and checks. */
  public TrainingPlan {
    shardSizes = List.copyOf(shardSizes);
    if (shardSizes.isEmpty() || Collections.max(shardSizes) < 1 || epochs < 1 || batchSize < 1) {
      throw new IllegalArgumentException(
          "A plan needs a worker, an example, an epoch and a batch size; found shards "
              + shardSizes
              + ", epochs "
              + epochs
              + ", batch size "
              + batchSize);
    }
  }

  /** The same plan on another engine: the same training, in other last bits. */
  public TrainingPlan withEngine(String other) {
    return new TrainingPlan(
        network,
        shardSizes,
        epochs,
        batchSize,
        averaging,
        outer,
        exchange,
        augmentation,
        labelSmoothing,
        seed,
        other);
  }

  /** The same plan with another number of epochs. */
  public TrainingPlan withEpochs(int other) {
    return new TrainingPlan(
        network,
        shardSizes,
        other,
        batchSize,
        averaging,
        outer,
        exchange,
        augmentation,
        labelSmoothing,
        seed,
        engine);
  }

  /** Number of workers K. */
  public int workers() {
    return shardSizes.size();
  }

  /** Steps that an epoch takes: those of the largest shard. */
  public int iterationsPerEpoch() {
    return (Collections.max(shardSizes) + batchSize - 1) / batchSize;
  }

  /** Examples in one epoch, all workers together. */
  public long examplesPerEpoch() {
    return shardSizes.stream().mapToLong(Integer::longValue).sum();
  }

  /** Rounds of the whole run. */
  public int rounds() {
    TrainingClock clock = TrainingClock.START;
    while (!isComplete(clock)) {
      clock = after(nextRound(clock), clock, 0);
    }
    return clock.round();
  }

  /** True where nothing is left to do. */
  public boolean isComplete(TrainingClock clock) {
    return clock.epoch() >= epochs;
  }

  /** The round that starts at {@code clock}. */
  public Round nextRound(TrainingClock clock) {
    int left = iterationsPerEpoch() - clock.epochIteration();
    int iterations = Math.min(left, averaging.period(clock.iteration()));
    return new Round(
        clock.round(), clock.epoch(), clock.iteration(), clock.epochIteration(), iterations);
  }

  /** How many examples a worker trains on in a round; 0 where its epoch is over before. */
  public int examples(int worker, Round round) {
    long size = shardSizes.get(worker);
    long start = Math.min((long) round.epochIteration() * batchSize, size);
    long end = Math.min(start + (long) round.iterations() * batchSize, size);
    return Math.toIntExact(end - start);
  }

  /** The clock after a round in which all workers together trained on {@code examples}. */
  public TrainingClock after(Round round, TrainingClock clock, long examples) {
    int epochIteration = round.epochIteration() + round.iterations();
    boolean epochEnds = epochIteration >= iterationsPerEpoch();
    return new TrainingClock(
        clock.round() + 1,
        clock.iteration() + round.iterations(),
        epochEnds ? clock.epoch() + 1 : clock.epoch(),
        epochEnds ? 0 : epochIteration,
        clock.examples() + examples);
  }

  /** SHA-256 in hex over every component: two plans with one digest train to the same bits. */
  public String digest() {
    String text =
        String.join(
            "\n",
            network.configurationJson(),
            network.imageSpec().toString(),
            network.classes().toString(),
            shardSizes.toString(),
            Integer.toString(epochs),
            Integer.toString(batchSize),
            averaging.toString(),
            outer.toString(),
            exchange.name(),
            augmentation.toString(),
            Double.toString(labelSmoothing),
            Long.toString(seed),
            engine);
    return Sha256.hex(text.getBytes(StandardCharsets.UTF_8));
  }
}
