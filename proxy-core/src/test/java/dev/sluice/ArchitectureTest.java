package dev.sluice;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideOutsideOfPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import dev.sluice.exchange.RequestPath;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Which package may know which, as the architecture says. */
class ArchitectureTest {
    private static final String ROOT = "dev.sluice.";

    /** Each package with those that it may use. */
    private static final Map<String, List<String>> USES = Map.ofEntries(
            Map.entry("net", List.of("exchange", "edge", "service", "buffer", "wire", "http", "tls", "observe")),
            Map.entry("exchange", List.of("edge", "service", "upstream", "buffer", "wire", "http", "tls", "observe")),
            Map.entry("upstream", List.of("service", "buffer", "wire", "observe")),
            Map.entry("state", List.of("service", "http", "json", "tls", "observe")),
            Map.entry("service", List.of("http", "tls", "observe")),
            Map.entry("buffer", List.of("observe")),
            Map.entry("wire", List.of()),
            Map.entry("tls", List.of("observe")),
            Map.entry("http", List.of("json")),
            Map.entry("json", List.of()),
            Map.entry("edge", List.of()),
            Map.entry("observe", List.of("edge")));

    private static final List<String> WITH_NETTY =
            List.of("net", "tls", "exchange", "upstream", "wire", "buffer", "http", "observe");

    private static final JavaClasses CLASSES = new ClassFileImporter()
            .importUrl(RequestPath.class.getProtectionDomain().getCodeSource().getLocation());

    static Stream<String> packages() {
        return USES.keySet().stream().sorted();
    }

    private static String[] names(List<String> packages) {
        return packages.stream().map(p -> ROOT + p).toArray(String[]::new);
    }

    @ParameterizedTest
    @MethodSource("packages")
    void usesOnlyThePackagesBelowIt(String name) {
        String[] allowed = Arrays.copyOf(names(USES.get(name)), USES.get(name).size() + 1);
        allowed[allowed.length - 1] = ROOT + name;
        classes()
                .that()
                .resideInAPackage(ROOT + name)
                .should()
                .onlyDependOnClassesThat(resideOutsideOfPackage("dev.sluice..").or(resideInAnyPackage(allowed)))
                .check(CLASSES);
    }

    @Test
    void thePackagesAreThoseOfTheArchitecture() {
        assertThat(CLASSES.stream().map(JavaClass::getPackageName).collect(Collectors.toSet()))
                .containsExactlyInAnyOrder(names(List.copyOf(USES.keySet())));
    }

    @Test
    void noPackagesUseOneAnotherInACircle() {
        slices().matching("dev.sluice.(*)..").should().beFreeOfCycles().check(CLASSES);
    }

    @Test
    void nettyStaysWhereTheNetworkIs() {
        noClasses()
                .that()
                .resideOutsideOfPackages(names(WITH_NETTY))
                .should()
                .dependOnClassesThat()
                .resideInAPackage("io.netty..")
                .check(CLASSES);
    }

    @Test
    void classesAreNamedByWhatTheyAre() {
        classes()
                .should()
                .haveNameNotMatching(".*(Util|Utils|Helper|Manager|Impl|Base)(\\$.*)?")
                .andShould()
                .haveNameNotMatching(".*\\.Abstract[A-Z].*")
                .check(CLASSES);
    }
}
