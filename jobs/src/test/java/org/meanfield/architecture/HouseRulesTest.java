package org.meanfield.architecture;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/**
 * The house keeps its rules, and every rule can fail. Lives in jobs because only from here are both
 * modules in view.
 */
class HouseRulesTest {
  private static final String HOUSE = "org.meanfield";
  private static final String OFFENCES = "org.meanfield.architecture.offences";
  private static final JavaClasses CLASSES =
      new ClassFileImporter()
          .withImportOption(new ImportOption.DoNotIncludeTests())
          .importPackages(HOUSE);

  @TestFactory
  Stream<DynamicTest> theHouseKeeps() {
    return new HouseRules(HOUSE)
        .all().stream()
            .map(
                rule ->
                    dynamicTest(rule.rule().getDescription(), () -> rule.rule().check(CLASSES)));
  }

  @TestFactory
  Stream<DynamicTest> aBreachIsFoundOf() {
    JavaClasses classes = new ClassFileImporter().importPackages(OFFENCES);
    return new HouseRules(OFFENCES)
        .all().stream()
            .map(
                rule ->
                    dynamicTest(
                        rule.rule().getDescription(), () -> findsItsOffenders(rule, classes)));
  }

  @Test
  void bothModulesAreInView() {
    assertThat(CLASSES.contain("org.meanfield.train.TrainingLoop")).isTrue();
    assertThat(CLASSES.contain("org.meanfield.jobs.cli.Meanfield")).isTrue();
    assertThat(CLASSES.contain(HouseRulesTest.class)).isFalse();
  }

  private static void findsItsOffenders(HouseRule rule, JavaClasses classes) {
    List<String> found = rule.rule().evaluate(classes).getFailureReport().getDetails();
    for (String offender : rule.offenders()) {
      assertThat(found).anyMatch(breach -> breach.contains("." + offender));
    }
  }
}
