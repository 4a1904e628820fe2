package org.meanfield.architecture;

import static com.tngtech.archunit.base.DescribedPredicate.describe;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.Dependency;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ConditionEvent;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import java.util.Arrays;
import java.util.Optional;

/**
 * Which classes a rule is about. Everything is relative to a root package, so that the same rules
 * judge the house and the deliberate offences that prove each rule able to fail.
 *
 * @param root {@code org.meanfield}, or the root of the offences
 */
record House(String root) {
  /** Every class of the house. */
  DescribedPredicate<JavaClass> ours() {
    return describe("of the house", this::isOurs);
  }

  /** Classes in the given packages or below them. */
  DescribedPredicate<JavaClass> in(String... packages) {
    String[] patterns =
        Arrays.stream(packages).map(name -> root + "." + name + "..").toArray(String[]::new);
    return JavaClass.Predicates.resideInAnyPackage(patterns);
  }

  /** The one class that names every command; it may look up, and nobody below may look at it. */
  DescribedPredicate<JavaClass> compositionRoot() {
    String name = root + ".jobs.cli.Commands";
    return describe("the list of commands", type -> type.getName().equals(name));
  }

  /** That a class lives in a declared layer and names only layers below its own. */
  ArchCondition<JavaClass> nameOnlyLowerLayers() {
    return new ArchCondition<>("live in a declared package and name only packages below it") {
      @Override
      public void check(JavaClass type, ConditionEvents events) {
        if (!compositionRoot().test(type)) {
          layer(type)
              .ifPresentOrElse(
                  from -> addLooksUpwards(type, from, events),
                  () -> events.add(violation(type, type.getName() + " is in no known package")));
        }
      }
    };
  }

  private void addLooksUpwards(JavaClass type, String from, ConditionEvents events) {
    for (Dependency dependency : type.getDirectDependenciesFromSelf()) {
      JavaClass target = dependency.getTargetClass().getBaseComponentType();
      if (isOurs(target) && !layer(target).filter(to -> Layers.allow(from, to)).isPresent()) {
        events.add(violation(type, dependency.getDescription()));
      }
    }
  }

  private boolean isOurs(JavaClass type) {
    return type.getPackageName().startsWith(root + ".");
  }

  private Optional<String> layer(JavaClass type) {
    return Layers.of(type.getPackageName().substring(root.length() + 1));
  }

  private static ConditionEvent violation(JavaClass type, String message) {
    return SimpleConditionEvent.violated(type, message);
  }
}
