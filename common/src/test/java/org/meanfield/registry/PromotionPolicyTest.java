package org.meanfield.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.meanfield.error.DataException;
import org.meanfield.registry.Finding.Verdict;

class PromotionPolicyTest {
  private static final PromotionPolicy SUPERIOR =
      new PromotionPolicy(
          List.of(
              new MinimumAccuracy(0.5),
              new ClassFloors(0.2, Map.of("cat", 0.3)),
              new CalibrationLimit(0.5),
              new ExportSizeLimit(3_000_000),
              new ExportLatencyLimit(2),
              new ExportAgreement(1),
              new MinimumGain(0.01),
              new SignificantGain(0.05),
              new ClassRegressionLimit(0.05)));

  @Test
  void overRandomTablesItDecidesWhatTheNumbersSay() {
    SplittableRandom random = new SplittableRandom(3);
    int[] seen = new int[3];
    for (int i = 0; i < 1500; i++) {
      int examples = random.nextInt(30, 400);
      Contender champion =
          Contenders.answering(
              "a", Contenders.right(random, examples, 0.3 + 0.5 * random.nextDouble()));
      Contender challenger =
          Contenders.answering(
              "b", Contenders.right(random, examples, 0.3 + 0.65 * random.nextDouble()));
      PromotionDecision decision = SUPERIOR.decide(challenger, Optional.of(champion));
      boolean good = absolutelyGood(challenger);
      boolean better = better(challenger, champion);
      seen[good ? (better ? 0 : 1) : 2]++;
      assertThat(decision.id())
          .as("%s", decision.lines())
          .isEqualTo(good ? (better ? "promote" : "keep-champion") : "refuse");
      assertThat(decision.obstacles().isEmpty()).isEqualTo(decision.promotes());
    }
    assertThat(seen).as("each decision is met").doesNotContain(0);
    assertThat(Arrays.stream(seen).min().getAsInt()).isGreaterThan(100);
  }

  @Test
  void moreRightAnswersNeverTurnAPromotionIntoARefusal() {
    SplittableRandom random = new SplittableRandom(5);
    int promoted = 0;
    for (int i = 0; i < 300; i++) {
      boolean[] before = Contenders.right(random, 150, 0.6);
      boolean[] after = Contenders.right(random, 150, 0.8);
      boolean[] evenBetter = after.clone();
      for (int j = 0; j < evenBetter.length; j += 7) {
        evenBetter[j] = true;
      }
      Optional<Contender> champion = Optional.of(Contenders.answering("a", before));
      boolean first = decides(Contenders.answering("b", after), champion);
      promoted += first ? 1 : 0;
      assertThat(!first || decides(Contenders.answering("c", evenBetter), champion)).isTrue();
    }
    assertThat(promoted).isBetween(30, 299);
  }

  @Test
  void aThresholdThatIsMetExactlyIsMet() {
    boolean[] before = new boolean[300];
    Arrays.fill(before, true);
    boolean[] after = before.clone();
    for (int i = 0; i < 15; i++) {
      after[3 * i] = false; // 15 of the 100 cats: recall 1 to 0.85, accuracy 1 to 0.95
    }
    PromotionPolicy policy =
        new PromotionPolicy(
            List.of(
                new MinimumAccuracy(0.95),
                new ClassFloors(0.85, Map.of()),
                new MinimumGain(-0.05),
                new ClassRegressionLimit(0.15)));
    Contender champion = Contenders.answering("a", before);
    assertThat(decides(policy, Contenders.answering("b", after), champion)).isTrue();
    after[45] = false; // the sixteenth cat
    PromotionDecision decision =
        policy.decide(Contenders.answering("b", after), Optional.of(champion));
    assertThat(decision.obstacles()).hasSize(4);
    assertThat(String.join("\n", decision.lines())).contains("cat 1.0000 to 0.8400");
  }

  @Test
  void nonInferiorityNeedsEvidenceAndNotJustNoDifference() {
    PromotionPolicy policy = new PromotionPolicy(List.of(new NonInferiority(0.01, 0.05)));
    SplittableRandom random = new SplittableRandom(9);
    boolean[] few = Contenders.right(random, 60, 0.9);
    boolean[] otherFew = few.clone();
    otherFew[0] = !otherFew[0];
    otherFew[1] = !otherFew[1];
    otherFew[2] = !otherFew[2];
    assertThat(decides(policy, Contenders.answering("b", otherFew), Contenders.answering("a", few)))
        .isFalse();
    boolean[] many = Contenders.right(random, 6000, 0.9);
    boolean[] otherMany = many.clone();
    for (int i = 0; i < 10; i++) {
      otherMany[i] = !otherMany[i];
    }
    assertThat(
            decides(policy, Contenders.answering("b", otherMany), Contenders.answering("a", many)))
        .isTrue();
    assertThat(decides(policy, Contenders.answering("b", few), Contenders.answering("a", few)))
        .as("that few answers are the same shows little")
        .isFalse();
    assertThat(decides(policy, Contenders.answering("b", many), Contenders.answering("a", many)))
        .isTrue();
  }

  @Test
  void whatWasNotMeasuredWasNotShown() {
    Contender bare = new Contender("b", Optional.empty(), Optional.empty(), Optional.empty());
    PromotionDecision decision = SUPERIOR.decide(bare, Optional.empty());
    assertThat(decision).isInstanceOf(PromotionDecision.Refuse.class);
    assertThat(decision.findings().stream().filter(f -> f.verdict() == Verdict.UNMEASURED))
        .hasSize(6);
    Contender whole = Contenders.answering("a", true, true, true, true, true, true);
    Contender silent = new Contender("c", whole.evaluation(), Optional.empty(), whole.export());
    assertThat(SUPERIOR.decide(silent, Optional.of(whole)).id()).isEqualTo("keep-champion");
    assertThat(String.join("\n", SUPERIOR.decide(silent, Optional.of(whole)).lines()))
        .contains("no predictions of c were kept");
  }

  @Test
  void aFloorForAClassThatDoesNotExistIsNoFloor() {
    PromotionPolicy policy = new PromotionPolicy(List.of(new ClassFloors(0, Map.of("cow", 0.1))));
    Contender challenger = Contenders.answering("b", true, true, true);
    assertThat(policy.decide(challenger, Optional.empty()).lines().toString())
        .contains("no examples of the classes [cow]");
  }

  @Test
  void anotherTestSplitIsNoComparison() {
    Contender champion = Contenders.answering("a", "old", true, false, true);
    Contender challenger = Contenders.answering("b", "new", true, true, true, true);
    PromotionDecision decision =
        new PromotionPolicy(List.of()).decide(challenger, Optional.of(champion));
    assertThat(decision.id()).isEqualTo("keep-champion");
    assertThat(decision.lines().toString()).contains("data set old", "data set new");
  }

  @Test
  void aFrozenTestSplitIsTheSameInEveryVersionOfADataSet() {
    PromotionDecision decision =
        new PromotionPolicy(List.of())
            .decide(
                Contenders.answering("b", "new", true, true, true),
                Optional.of(Contenders.answering("a", "old", true, false, true)));
    assertThat(decision.promotes()).isTrue();
  }

  @Test
  void theFirstChampionIsJudgedAlone() {
    Contender challenger = Contenders.answering("b", true, true, true, true, true, false);
    PromotionDecision decision = SUPERIOR.decide(challenger, Optional.empty());
    assertThat(decision.promotes()).isTrue();
    assertThat(decision.findings())
        .filteredOn(finding -> finding.verdict() == Verdict.NOT_APPLICABLE)
        .hasSize(4);
  }

  @Test
  void onlyAReasonOverrulesAndItStays() throws Exception {
    Contender bad = Contenders.answering("b", false, false, false);
    PromotionDecision refused = SUPERIOR.decide(bad, Optional.empty());
    assertThatThrownBy(() -> new PromotionDecision.Promote(refused.findings(), Optional.empty()))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> new Overruling("ada", " "))
        .isInstanceOf(IllegalArgumentException.class);
    PromotionDecision forced = refused.overruledBy(new Overruling("ada", "demo at noon"));
    assertThat(forced.promotes()).isTrue();
    assertThat(forced.lines().get(0)).contains("overruled by ada: demo at noon");
    JsonNode json = new ObjectMapper().readTree(forced.toJson());
    assertThat(json.at("/overruling/reason").asText()).isEqualTo("demo at noon");
    assertThat(json.get("findings")).hasSize(10);
    JsonNode accuracy = json.at("/findings/1");
    assertThat(accuracy.get("criterion").asText()).isEqualTo("minimum-accuracy");
    assertThat(accuracy.get("verdict").asText()).isEqualTo("failed");
    assertThat(accuracy.get("number").asDouble()).isZero();
    assertThat(accuracy.get("threshold").asDouble()).isEqualTo(0.5);
    PromotionDecision good =
        SUPERIOR.decide(Contenders.answering("c", true, true, true), Optional.empty());
    assertThat(good.overruledBy(new Overruling("ada", "not needed")).overruling()).isEmpty();
  }

  @Test
  void predictionsOfAnotherEvaluationAreRefused() {
    Contender one = Contenders.answering("a", true, true, true);
    Contender other = Contenders.answering("b", true, true, false);
    assertThatThrownBy(
            () -> new Contender("c", one.evaluation(), other.predictions(), Optional.empty()))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("right on 2 of 3");
  }

  private static boolean decides(Contender challenger, Optional<Contender> champion) {
    return new PromotionPolicy(List.of(new MinimumAccuracy(0.7), new SignificantGain(0.05)))
        .decide(challenger, champion)
        .promotes();
  }

  private static boolean decides(PromotionPolicy policy, Contender challenger, Contender champion) {
    return policy.decide(challenger, Optional.of(champion)).promotes();
  }

  private static boolean absolutelyGood(Contender challenger) {
    var report = challenger.evaluation().orElseThrow();
    return report.accuracy() >= 0.5
        && report.perClass().get(0).recall() >= 0.3
        && report.perClass().stream().allMatch(each -> each.recall() >= 0.2)
        && report.calibrationError() <= 0.5;
  }

  private static boolean better(Contender challenger, Contender champion) {
    var own = challenger.predictions().orElseThrow();
    var other = champion.predictions().orElseThrow();
    int wins = 0;
    int losses = 0;
    double[] fall = new double[3];
    int[] support = new int[3];
    for (String id : own.byId().keySet()) {
      boolean right = own.byId().get(id).isRight();
      boolean before = other.byId().get(id).isRight();
      int label = own.byId().get(id).label();
      wins += right && !before ? 1 : 0;
      losses += before && !right ? 1 : 0;
      fall[label] += (before ? 1 : 0) - (right ? 1 : 0);
      support[label]++;
    }
    double p = 0;
    double term = Math.pow(0.5, wins + losses);
    for (int k = 0; k <= losses; k++) {
      p += term;
      term = term * (wins + losses - k) / (k + 1);
    }
    boolean kept = true;
    for (int label = 0; label < 3; label++) {
      kept &= fall[label] / support[label] <= 0.05;
    }
    return wins - losses >= 0.01 * own.byId().size() && p <= 0.05 && kept;
  }
}
