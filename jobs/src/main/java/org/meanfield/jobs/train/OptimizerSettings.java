package org.meanfield.jobs.train;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.meanfield.config.Setting;
import org.meanfield.config.Settings;
import org.meanfield.error.SettingsException;
import org.meanfield.model.GradientClipping;
import org.meanfield.model.LearningRateSchedule;
import org.meanfield.model.Optimizer;
import org.meanfield.model.TrainingRecipe;

/**
 * How weights are moved: the {@code optimizer.*} settings.
 *
 * @param optimizer kind and hyperparameters
 * @param schedule of the learning rate
 * @param learningRate at factor 1
 * @param weightDecay on weights
 * @param clipping of gradients
 */
record OptimizerSettings(
    Optimizer optimizer,
    LearningRateSchedule schedule,
    double learningRate,
    double weightDecay,
    GradientClipping clipping) {

  /** The kinds of optimizer. */
  enum Kind {
    /** Plain stochastic gradient descent. */
    SGD,
    /** With Nesterov's momentum. */
    NESTEROV,
    /** Adam, weight decay in the gradient. */
    ADAM,
    /** Adam, weight decay beside the step. */
    ADAMW
  }

  /** The kinds of schedule. */
  enum ScheduleKind {
    /** The same rate all the time. */
    CONSTANT,
    /** Multiplied by a factor at given points. */
    STEP,
    /** Half a cosine. */
    COSINE
  }

  /** Which optimizer. */
  static final Setting<Kind> NAME =
      Setting.choice("optimizer.name", Kind.class)
          .defaultsTo(Kind.NESTEROV)
          .means("How a gradient becomes a step.");

  /** The base learning rate. */
  static final Setting<Optional<Double>> LEARNING_RATE =
      Setting.decimal("optimizer.learning-rate")
          .above(0)
          .optional()
          .means(
              "The learning rate after the warm-up. Where none is given: 0.1 for sgd, 0.01 for"
                  + " nesterov, 0.001 for adam and adamw.");

  /** Nesterov's momentum. */
  static final Setting<Double> MOMENTUM =
      Setting.decimal("optimizer.momentum")
          .atLeast(0)
          .below(1)
          .defaultsTo(0.9)
          .means("Momentum of nesterov; the others have none.");

  /** Adam's first coefficient. */
  static final Setting<Double> BETA1 =
      Setting.decimal("optimizer.beta1")
          .atLeast(0)
          .below(1)
          .defaultsTo(0.9)
          .means("Decay of the gradient's mean in adam and adamw.");

  /** Adam's second coefficient. */
  static final Setting<Double> BETA2 =
      Setting.decimal("optimizer.beta2")
          .atLeast(0)
          .below(1)
          .defaultsTo(0.999)
          .means("Decay of the gradient's mean square in adam and adamw.");

  /** Adam's third coefficient. */
  static final Setting<Double> EPSILON =
      Setting.decimal("optimizer.epsilon")
          .above(0)
          .defaultsTo(1e-8)
          .means("Keeps adam and adamw from dividing by zero.");

  /** Weight decay. */
  static final Setting<Double> WEIGHT_DECAY =
      Setting.decimal("optimizer.weight-decay")
          .atLeast(0)
          .defaultsTo(0.0)
          .means(
              "Pulls weights (not biases, not batch norm) towards zero: L2 in the gradient, for"
                  + " adamw beside the step and times the learning rate.");

  /** Which schedule. */
  static final Setting<ScheduleKind> SCHEDULE =
      Setting.choice("optimizer.schedule", ScheduleKind.class)
          .defaultsTo(ScheduleKind.COSINE)
          .means("How the learning rate moves after the warm-up.");

  /** Warm-up. */
  static final Setting<Double> WARMUP =
      Setting.decimal("optimizer.warmup")
          .atLeast(0)
          .below(1)
          .defaultsTo(0.0)
          .means(
              "Fraction of the training in which the learning rate rises linearly from about"
                  + " zero.");

  /** Points of the step schedule. */
  static final Setting<List<Double>> STEP_AT =
      Setting.decimals("optimizer.step-at")
          .limited("rising fractions between 0 and 1", OptimizerSettings::rising)
          .defaultsTo(List.of(0.5, 0.75))
          .means("When the step schedule lowers the rate, as fractions of the whole training.");

  /** Factor of the step schedule. */
  static final Setting<Double> STEP_FACTOR =
      Setting.decimal("optimizer.step-factor")
          .above(0)
          .atMost(1)
          .defaultsTo(0.1)
          .means("What the step schedule multiplies the rate by each time.");

  /** End of the cosine. */
  static final Setting<Double> COSINE_FLOOR =
      Setting.decimal("optimizer.cosine-floor")
          .atLeast(0)
          .atMost(1)
          .defaultsTo(0.0)
          .means("Fraction of the learning rate at which the cosine schedule ends.");

  /** Norm clipping. */
  static final Setting<Optional<Double>> CLIP_NORM =
      Setting.decimal("optimizer.clip-norm")
          .above(0)
          .optional()
          .means(
              "Scales each layer's gradient down to at most this Euclidean norm; batch norm is left"
                  + " out. Excludes optimizer.clip-value.");

  /** Value clipping. */
  static final Setting<Optional<Double>> CLIP_VALUE =
      Setting.decimal("optimizer.clip-value")
          .above(0)
          .optional()
          .means(
              "Cuts each value of the gradient to this size; batch norm is left out. Excludes"
                  + " optimizer.clip-norm.");

  /** All of them, in the order of the documentation. */
  static List<Setting<?>> declared() {
    return List.of(
        NAME,
        LEARNING_RATE,
        MOMENTUM,
        BETA1,
        BETA2,
        EPSILON,
        WEIGHT_DECAY,
        SCHEDULE,
        WARMUP,
        STEP_AT,
        STEP_FACTOR,
        COSINE_FLOOR,
        CLIP_NORM,
        CLIP_VALUE);
  }

  /**
   * From resolved settings.
   *
   * @throws SettingsException where two of them contradict each other, or one is given that the
   *     chosen optimizer or schedule does not use
   */
  static OptimizerSettings from(Settings settings) {
    Kind kind = settings.get(NAME);
    ScheduleKind schedule = settings.get(SCHEDULE);
    refuseUnused(settings, kind, schedule);
    return new OptimizerSettings(
        optimizer(settings, kind),
        schedule(settings, schedule),
        settings.get(LEARNING_RATE).orElseGet(() -> usualRate(kind)),
        settings.get(WEIGHT_DECAY),
        clipping(settings));
  }

  /**
   * The recipe that these settings make.
   *
   * @param totalIterations of one worker in the whole training
   * @param dropout of the classifier's input
   * @param seed of the initial weights
   */
  TrainingRecipe recipe(int totalIterations, double dropout, long seed) {
    return new TrainingRecipe(
        optimizer, schedule, learningRate, totalIterations, weightDecay, clipping, dropout, seed);
  }

  private static Optimizer optimizer(Settings settings, Kind kind) {
    double beta1 = settings.get(BETA1);
    double beta2 = settings.get(BETA2);
    double epsilon = settings.get(EPSILON);
    return switch (kind) {
      case SGD -> new Optimizer.PlainSgd();
      case NESTEROV -> new Optimizer.Nesterov(settings.get(MOMENTUM));
      case ADAM -> new Optimizer.AdamL2(beta1, beta2, epsilon);
      case ADAMW -> new Optimizer.AdamW(beta1, beta2, epsilon);
    };
  }

  private static LearningRateSchedule schedule(Settings settings, ScheduleKind kind) {
    double warmup = settings.get(WARMUP);
    return switch (kind) {
      case CONSTANT -> new LearningRateSchedule.Constant(warmup);
      case STEP ->
          new LearningRateSchedule.Step(warmup, settings.get(STEP_AT), settings.get(STEP_FACTOR));
      case COSINE -> new LearningRateSchedule.Cosine(warmup, settings.get(COSINE_FLOOR));
    };
  }

  private static GradientClipping clipping(Settings settings) {
    Optional<Double> norm = settings.get(CLIP_NORM);
    Optional<Double> value = settings.get(CLIP_VALUE);
    if (norm.isPresent()) {
      return new GradientClipping.ByNorm(norm.get());
    }
    return value
        .<GradientClipping>map(GradientClipping.ByValue::new)
        .orElseGet(GradientClipping.None::new);
  }

  private static double usualRate(Kind kind) {
    return switch (kind) {
      case SGD -> 0.1;
      case NESTEROV -> 0.01;
      case ADAM, ADAMW -> 0.001;
    };
  }

  /** A setting that does nothing is a mistake that would be found only after the training. */
  private static void refuseUnused(Settings settings, Kind kind, ScheduleKind schedule) {
    boolean adam = kind == Kind.ADAM || kind == Kind.ADAMW;
    List<String> problems = new ArrayList<>();
    List<Setting<?>> unused = new ArrayList<>();
    if (kind != Kind.NESTEROV) {
      unused.add(MOMENTUM);
    }
    if (!adam) {
      unused.addAll(List.of(BETA1, BETA2, EPSILON));
    }
    if (schedule != ScheduleKind.STEP) {
      unused.addAll(List.of(STEP_AT, STEP_FACTOR));
    }
    if (schedule != ScheduleKind.COSINE) {
      unused.add(COSINE_FLOOR);
    }
    for (Setting<?> setting : unused) {
      if (settings.isGiven(setting)) {
        problems.add(
            "'"
                + setting.key()
                + "' is given, but "
                + NAME.key()
                + " = "
                + NAME.show(kind)
                + " with "
                + SCHEDULE.key()
                + " = "
                + SCHEDULE.show(schedule)
                + " does not use it");
      }
    }
    if (settings.get(CLIP_NORM).isPresent() && settings.get(CLIP_VALUE).isPresent()) {
      problems.add("'" + CLIP_NORM.key() + "' and '" + CLIP_VALUE.key() + "' exclude each other");
    }
    if (!problems.isEmpty()) {
      throw new SettingsException(
          "The optimizer's settings contradict each other; remove or change:\n  - "
              + String.join("\n  - ", problems));
    }
  }

  private static boolean rising(List<Double> points) {
    double before = 0;
    for (double point : points) {
      if (!(point > before && point < 1)) {
        return false;
      }
      before = point;
    }
    return true;
  }
}
