package org.meanfield.jobs.retrain;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.typesafe.config.ConfigFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.meanfield.config.Setting;
import org.meanfield.config.Settings;
import org.meanfield.registry.Finding;

/** The numbers of new images against thresholds, worked out by hand. */
class ValidationTest {
  private static final Map<String, Long> KNOWN = Map.of("cat", 600L, "dog", 300L, "owl", 100L);

  @Test
  void soundImagesPass() {
    NewImages images = images(Map.of("cat", 60L, "dog", 30L, "owl", 10L), KNOWN);
    assertThat(images.balanceShift()).isCloseTo(0, within(1e-12));
    assertThat(images.newShare()).isEqualTo(0.1);
    assertThat(Validation.of(images, settings(""))).allMatch(Finding::allows).hasSize(8);
  }

  @Test
  void eachFaultIsNamedWithItsNumber() {
    // Shares 0.5, 0.5, 0, 0 against 0, 0.3, 0.1, 0.6: half of 0.5 + 0.2 + 0.1 + 0.6.
    NewImages images =
        new NewImages(200, 5, Map.of("bat", 50L, "dog", 50L), 60, 16, 40, KNOWN, 0.8);
    List<Finding> failed =
        Validation.of(images, settings("")).stream().filter(found -> !found.allows()).toList();
    assertThat(failed)
        .extracting(Finding::criterion, Finding::number, Finding::threshold)
        .containsExactly(
            org.assertj.core.groups.Tuple.tuple("maximum-unreadable", 0.025, 0.01),
            org.assertj.core.groups.Tuple.tuple("maximum-test-duplicates", 0.2, 0.1),
            org.assertj.core.groups.Tuple.tuple("maximum-relabelled", 0.1, 0.05),
            org.assertj.core.groups.Tuple.tuple("allowed-new-classes", 1.0, 0.0),
            org.assertj.core.groups.Tuple.tuple("allowed-vanished-classes", 2.0, 0.0),
            org.assertj.core.groups.Tuple.tuple("maximum-class-balance-shift", 0.7, 0.3),
            org.assertj.core.groups.Tuple.tuple("maximum-pixel-shift", 0.8, 0.5));
    assertThat(failed.get(4).explanation()).contains("cat", "owl");
    assertThat(Validation.of(images, settings("validation.allowed-new-classes = 1")))
        .filteredOn(found -> found.criterion().equals("allowed-new-classes"))
        .allMatch(Finding::allows);
  }

  @Test
  void aRareClassMayBeMissingByChance() {
    NewImages few = images(Map.of("cat", 6L, "dog", 4L), KNOWN);
    assertThat(few.vanishedClasses(10)).as("one owl was to be expected").isEmpty();
    NewImages many = images(Map.of("cat", 60L, "dog", 40L), KNOWN);
    assertThat(many.vanishedClasses(10)).as("ten owls were").containsExactly("owl");
  }

  @Test
  void theFirstImagesHaveNothingToBeHeldAgainst() {
    NewImages first = new NewImages(100, 0, Map.of("cat", 100L), 0, 0, 0, Map.of(), Double.NaN);
    assertThat(Validation.of(first, settings(""))).hasSize(2).allMatch(Finding::allows);
    assertThat(first.newClasses()).isEmpty();
  }

  @Test
  void aClassOfFewImagesIsFoundInTheFirstRunToo() {
    Map<String, Long> labels = Map.of("cat", 505L, "dog", 300L, "owl", 5L);
    NewImages first = new NewImages(810, 0, labels, 0, 0, 0, Map.of(), Double.NaN);
    List<Finding> failed =
        Validation.of(first, settings("")).stream().filter(found -> !found.allows()).toList();
    assertThat(failed)
        .singleElement()
        .satisfies(
            found -> {
              assertThat(found.criterion()).isEqualTo("maximum-imbalance");
              assertThat(found.number()).isEqualTo(101.0);
              assertThat(found.explanation()).endsWith("cat=505 and owl=5");
            });
    NewImages later = new NewImages(10, 0, Map.of("owl", 1L), 0, 0, 0, labels, 0);
    assertThat(later.imbalance()).as("505 for 6").isCloseTo(505.0 / 6, within(1e-12));
  }

  @Test
  void triggersCombineAndSayWhy() {
    NewImages images = images(Map.of("cat", 60L, "dog", 30L, "owl", 10L), KNOWN);
    assertThat(triggers("", images, 1).fire()).as("one new label is enough").isTrue();
    String two = "trigger.new-labels = 500, trigger.champion-age-days = 7";
    assertThat(triggers(two, images, 8).fire()).isTrue();
    assertThat(triggers(two, images, 8).line())
        .isEqualTo("champion-age-days 8 (at least 7; days that the champion has served)");
    assertThat(triggers(two, images, 6).fire()).isFalse();
    assertThat(triggers(two, images, 6).line())
        .contains("new-labels 100 (fires at least 500; new labels)", "champion-age-days 6");
    assertThat(triggers(two + ", trigger.when = all", images, 8).fire()).isFalse();
    assertThat(triggers("trigger.new-share = 0.1", images, 1).fire()).isTrue();
    assertThat(triggers("trigger.accuracy-fall = 0.2", images, 1).fire()).isFalse();
    assertThat(triggers("trigger.accuracy-fall = 0.05", images, 1).line())
        .startsWith("accuracy-fall 0.0700 (at least 0.0500");
  }

  @Test
  void eachDriftFiresByItsOwnNumber() {
    // Shares 0.5, 0.5 against 0.6, 0.3, 0.1: half of 0.1 + 0.2 + 0.1; pixels by 0.8 deviations.
    NewImages images = new NewImages(100, 0, Map.of("cat", 50L, "dog", 50L), 0, 0, 0, KNOWN, 0.8);
    assertThat(triggers("trigger.class-balance-shift = 0.19", images, 1).fire()).isTrue();
    assertThat(triggers("trigger.class-balance-shift = 0.21", images, 1).fire()).isFalse();
    assertThat(triggers("trigger.class-balance-shift = 0.21", images, 1).line())
        .startsWith("class-balance-shift 0.2000 (fires at least 0.2100; half the sum");
    assertThat(triggers("trigger.pixel-shift = 0.79", images, 1).fire()).isTrue();
    assertThat(triggers("trigger.pixel-shift = 0.81", images, 1).fire()).isFalse();
    assertThat(triggers("trigger.pixel-shift = 0.81", images, 1).line())
        .startsWith("pixel-shift 0.8000 (fires at least 0.8100; largest of the channels");
  }

  private static Triggers triggers(String conf, NewImages images, double days) {
    return Triggers.of(settings(conf), images, Optional.of(days), () -> 0.07);
  }

  private static NewImages images(Map<String, Long> labels, Map<String, Long> known) {
    long inputs = labels.values().stream().mapToLong(Long::longValue).sum();
    return new NewImages(inputs, 0, labels, 0, 0, 0, known, 0.1);
  }

  private static Settings settings(String conf) {
    List<Setting<?>> declared = new ArrayList<>(ValidationSettings.declared());
    declared.addAll(TriggerSettings.declared());
    return Settings.resolve(declared, ConfigFactory.parseString("{" + conf + "}"));
  }
}
