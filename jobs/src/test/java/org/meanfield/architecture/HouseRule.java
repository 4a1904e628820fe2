package org.meanfield.architecture;

import com.tngtech.archunit.lang.ArchRule;
import java.util.List;

/**
 * One rule of the house, and the classes that break it on purpose.
 *
 * @param rule what holds
 * @param offenders simple names of test classes, each of which the rule must find
 */
record HouseRule(ArchRule rule, List<String> offenders) {
  static HouseRule of(ArchRule rule, String... offenders) {
    return new HouseRule(rule.allowEmptyShould(true), List.of(offenders));
  }
}
