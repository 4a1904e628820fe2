package org.meanfield.architecture;

import static com.tngtech.archunit.base.DescribedPredicate.alwaysTrue;
import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noFields;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noMethods;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaAccess;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaField;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.lang.ArchRule;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.util.List;
import java.util.Set;
import org.nd4j.linalg.api.buffer.DataType;

/** The rules of docs/architecture.md as code. */
final class HouseRules {
  /** Packages whose results may depend on nothing but their arguments. */
  private static final String[] PURE = {
    "config", "data", "image", "model", "engine", "average", "train", "evaluate", "registry"
  };

  /** Calls that draw from a generator nobody seeded. */
  private static final Set<String> UNSEEDED =
      Set.of(
          "java.lang.Math.random()",
          "java.util.concurrent.ThreadLocalRandom.current()",
          "java.util.Random.<init>()",
          "java.util.SplittableRandom.<init>()",
          "java.security.SecureRandom.<init>()",
          "java.util.Collections.shuffle(java.util.List)");

  private static final Set<String> WALL_CLOCK =
      Set.of(
          "java.lang.System.currentTimeMillis()",
          "java.time.Instant.now()",
          "java.time.LocalDateTime.now()",
          "java.time.ZonedDateTime.now()",
          "java.util.Date.<init>()");

  private final String root;
  private final House house;

  HouseRules(String root) {
    this.root = root;
    this.house = new House(root);
  }

  /** Every rule. */
  List<HouseRule> all() {
    return List.of(
        HouseRule.of(layers(), "LooksUp", "Stray", "CopiesItsSibling", "KnowsACommand"),
        HouseRule.of(noCycles(root + ".(*).."), "data", "train"),
        HouseRule.of(noCycles(root + ".jobs.(*).."), "CopiesItsSibling"),
        HouseRule.of(commonKnowsNoCluster(), "KnowsSpark"),
        HouseRule.of(commonHasNoMain(), "KnowsSpark"),
        HouseRule.of(nd4jInItsEngineOnly(), "TouchesNative"),
        HouseRule.of(networksInEngineNd4jOnly(), "TouchesNative"),
        HouseRule.of(nativeCallsInEnginesOnly(), "TouchesNative"),
        HouseRule.of(libTorchInItsEngineOnly(), "TouchesNative"),
        HouseRule.of(onnxRuntimeInExportOnly(), "TouchesNative"),
        HouseRule.of(mlflowInTrackingOnly(), "TellsMlflow"),
        HouseRule.of(hadoopInStorageOnly(), "CopiesItsSibling"),
        HouseRule.of(noJavaSerialisation(), "Serialises"),
        HouseRule.of(streamsAndExitInCliOnly(), "Prints"),
        HouseRule.of(noUnseededDraws(), "Rolls"),
        HouseRule.of(noWallClock(), "Rolls"),
        HouseRule.of(noExposedArrays(), "Exposes", "ExposesAsRecord"),
        HouseRule.of(noEmptyNames(), "ThingUtils"));
  }

  private ArchRule layers() {
    return classes()
        .that(house.ours())
        .should(house.nameOnlyLowerLayers())
        .because("data flows one way, and what is below is understood without what is above");
  }

  private ArchRule noCycles(String slices) {
    return slices()
        .matching(slices)
        .should()
        .beFreeOfCycles()
        .ignoreDependency(house.compositionRoot(), alwaysTrue());
  }

  private ArchRule commonKnowsNoCluster() {
    return noClasses()
        .that(house.ours().and(not(house.in("jobs"))))
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("org.apache.spark..", "org.apache.hadoop..", "scala..", "picocli..")
        .because("an exported model loads with common alone");
  }

  private ArchRule commonHasNoMain() {
    return noMethods()
        .that()
        .areDeclaredInClassesThat(house.ours().and(not(house.in("jobs"))))
        .should()
        .haveFullNameMatching(".*\\.main\\(\\[Ljava\\.lang\\.String;\\)")
        .because("programs live in jobs");
  }

  private ArchRule nd4jInItsEngineOnly() {
    // DataType is an enum that DL4J's configurations name: no native code behind it.
    DescribedPredicate<JavaClass> nativeCode =
        resideInAnyPackage(
                "org.nd4j.linalg.api.ndarray..",
                "org.nd4j.linalg.api.buffer..",
                "org.nd4j.linalg.api.ops..",
                "org.nd4j.linalg.api.rng..",
                "org.nd4j.linalg.factory..",
                "org.nd4j.nativeblas..")
            .and(not(JavaClass.Predicates.type(DataType.class)));
    return noClasses()
        .that(house.ours().and(not(house.in("engine.nd4j"))))
        .should()
        .dependOnClassesThat(nativeCode.as("hold or call ND4J's native memory"))
        .because("native memory needs an owner, and an engine can only be swapped behind its port");
  }

  private ArchRule networksInEngineNd4jOnly() {
    return noClasses()
        .that(house.ours().and(not(house.in("engine.nd4j", "jobs.dl4j"))))
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("org.deeplearning4j.nn.graph..", "org.deeplearning4j.nn.multilayer..")
        .because(
            "an engine can only be swapped behind its port; jobs.dl4j is handed other people's"
                + " networks");
  }

  private ArchRule nativeCallsInEnginesOnly() {
    return noClasses()
        .that(
            house
                .ours()
                .and(not(house.in("engine.nd4j", "engine.torch")))
                .and(not(JavaClass.Predicates.simpleName("NativeJpeg"))))
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("org.bytedeco..")
        .because(
            "native memory needs an owner, and an engine can only be swapped behind its port; the"
                + " one decoder keeps none beyond a call");
  }

  private ArchRule libTorchInItsEngineOnly() {
    return noClasses()
        .that(house.ours().and(not(house.in("engine.torch"))))
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("org.bytedeco.pytorch..")
        .because("an engine can only be swapped behind its port");
  }

  private ArchRule onnxRuntimeInExportOnly() {
    return noClasses()
        .that(house.ours().and(not(house.in("export"))))
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("ai.onnxruntime..");
  }

  private ArchRule hadoopInStorageOnly() {
    DescribedPredicate<JavaClass> hadoop =
        resideInAnyPackage("org.apache.hadoop..")
            .and(not(resideInAnyPackage("org.apache.hadoop.conf")));
    return noClasses()
        .that(house.ours().and(not(house.in("jobs.storage"))))
        .should()
        .dependOnClassesThat(hadoop.as("are Hadoop's, its Configuration apart"))
        .because("atomic writes and error messages are solved once, in Storage");
  }

  private ArchRule mlflowInTrackingOnly() {
    return noClasses()
        .that(house.ours().and(not(house.in("jobs.tracking"))))
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("org.mlflow..", "org.mlflow_project..")
        .because("a server that is away is dealt with in one place");
  }

  private ArchRule noJavaSerialisation() {
    return noClasses()
        .that(house.ours())
        .should()
        .dependOnClassesThat()
        .areAssignableTo(ObjectOutputStream.class)
        .orShould()
        .dependOnClassesThat()
        .areAssignableTo(ObjectInputStream.class)
        .because("a file must outlive the class that wrote it");
  }

  private ArchRule streamsAndExitInCliOnly() {
    return noClasses()
        .that(house.ours().and(not(house.in("jobs.cli"))))
        .should()
        .accessTargetWhere(
            targets(
                Set.of(
                    "java.lang.System.out", "java.lang.System.err", "java.lang.System.exit(int)")))
        .because("a person is spoken to through Console, and only the program ends the process");
  }

  private ArchRule noUnseededDraws() {
    return noClasses()
        .that(house.in(PURE))
        .should()
        .accessTargetWhere(targets(UNSEEDED))
        .because("the same seed gives the same bits: derive every draw with Seeds");
  }

  private ArchRule noWallClock() {
    return noClasses()
        .that(house.in(PURE))
        .should()
        .accessTargetWhere(targets(WALL_CLOCK))
        .because("TrainingClock is the only notion of training time");
  }

  private ArchRule noExposedArrays() {
    DescribedPredicate<JavaField> exposed =
        describe(
            "can be reached from outside",
            field ->
                field.getModifiers().contains(JavaModifier.PUBLIC)
                    || field.getModifiers().contains(JavaModifier.PROTECTED)
                    || field.getOwner().isRecord());
    return noFields()
        .that()
        .areDeclaredInClassesThat(house.ours())
        .and(exposed)
        .should()
        .haveRawType(describe("an array", JavaClass::isArray))
        .because("a value that anyone may overwrite is no value; FloatVector wraps and copies");
  }

  private ArchRule noEmptyNames() {
    return noClasses()
        .that(house.ours())
        .should()
        .haveNameMatching(".*[.$](\\w*(Utils?|Impl|Manager|Helper)|Base\\w*)")
        .because("a name says what a thing is");
  }

  private static DescribedPredicate<JavaAccess<?>> targets(Set<String> names) {
    return describe(
        "is one of " + names, access -> names.contains(access.getTarget().getFullName()));
  }
}
