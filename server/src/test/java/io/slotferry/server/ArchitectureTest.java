package io.slotferry.server;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Holds the direction of the dependencies between the modules, and the names that we do not use.
 */
class ArchitectureTest {
  private static final String ROOT = "io.slotferry";

  private static final JavaClasses CLASSES =
      new ClassFileImporter()
          .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
          .importPackages(ROOT);

  /** Each module's package and those of ours that it may use, itself always among them. */
  private static Stream<Arguments> directions() {
    return Stream.of(
        arguments("protocol", packages("protocol")),
        arguments("topology", packages("topology")),
        arguments("engine", packages("engine", "protocol")),
        arguments("replication", packages("replication", "engine", "topology", "protocol")),
        arguments("gateway", packages("gateway", "protocol", "topology")),
        arguments("shard", packages("shard", "replication", "engine", "topology", "protocol")),
        arguments("replica", packages("replica", "replication", "engine", "topology", "protocol")),
        arguments("rebalancer", packages("rebalancer", "topology")));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("directions")
  void dependsOnlyOnTheModulesBelow(String module, String[] allowed) {
    noClasses()
        .that(resideInAPackage(within(module)))
        .should()
        .dependOnClassesThat(resideInAPackage(ROOT + "..").and(not(resideInAnyPackage(allowed))))
        .check(CLASSES);
  }

  @ParameterizedTest(name = "{0}")
  @ValueSource(strings = {"protocol", "topology", "engine"})
  void isPlainJdk(String module) {
    classes()
        .that(resideInAPackage(within(module)))
        .should()
        .onlyDependOnClassesThat(resideInAnyPackage(ROOT + "..", "java..", "org.jspecify.."))
        .check(CLASSES);
  }

  /**
   * Packages are read one after the other. Three pairs know each other by their nature: the engine
   * binds the handlers that use it, a frame carries the calls that its door serves, and the program
   * starts the commands that start its parts.
   */
  @Test
  void packagesHaveNoCycles() {
    slices()
        .matching(ROOT + ".(**)")
        .should()
        .beFreeOfCycles()
        .ignoreDependency(
            resideInAPackage(ROOT + ".engine"),
            resideInAnyPackage(ROOT + ".engine.command", ROOT + ".engine.script"))
        .ignoreDependency(
            resideInAPackage(ROOT + ".protocol.frame"), resideInAPackage(ROOT + ".protocol.shard"))
        .ignoreDependency(resideInAPackage(within("server")), resideInAPackage(within("server")))
        .check(CLASSES);
  }

  @Test
  void packagesAreNamedAfterThingsOfTheSystem() {
    noClasses()
        .should()
        .resideInAnyPackage("..impl..", "..common..", "..util..", "..utils..", "..helper..")
        .check(CLASSES);
  }

  @Test
  void classesAreNamedAfterWhatTheyAre() {
    noClasses().should().haveNameMatching(".*(Impl|Manager|Helper|Utils?)(\\$.*)?").check(CLASSES);
  }

  private static String within(String module) {
    return ROOT + "." + module + "..";
  }

  private static String[] packages(String... modules) {
    return Stream.of(modules).map(ArchitectureTest::within).toArray(String[]::new);
  }
}
