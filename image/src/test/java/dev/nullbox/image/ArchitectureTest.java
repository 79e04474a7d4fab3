package dev.nullbox.image;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Dependencies between all modules; in image, since it alone sees all the others. */
class ArchitectureTest {
    private static final JavaClasses ALL = new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .importPackages("dev.nullbox");

    @Test
    void seesTheWholeProject() {
        for (String module : List.of(
                "protocol",
                "manifest",
                "rpc",
                "natives",
                "service",
                "nulld",
                "egress",
                "gate",
                "warden",
                "ctxgraph",
                "cage",
                "archive",
                "importer",
                "gateway",
                "nullctl",
                "image")) {
            if (!ALL.containPackage("dev.nullbox." + module)) {
                throw new AssertionError("dev.nullbox." + module + " is not on the test's class path");
            }
        }
    }

    @Test
    void manifestRpcAndNativesKnowNoModuleButProtocol() {
        for (String module :
                List.of("dev.nullbox.protocol", "dev.nullbox.manifest", "dev.nullbox.rpc", "dev.nullbox.natives")) {
            noClasses()
                    .that()
                    .resideInAPackage(module + "..")
                    .should()
                    .dependOnClassesThat(resideInAPackage("dev.nullbox..")
                            .and(not(resideInAnyPackage(module + "..", "dev.nullbox.protocol.."))))
                    .check(ALL);
        }
    }

    @Test
    void nothingButTheExecutableKnowsNulld() {
        noClasses()
                .that()
                .resideOutsideOfPackages("dev.nullbox.nulld..", "dev.nullbox.image..")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("dev.nullbox.nulld..")
                .check(ALL);
    }

    @Test
    void onlyNativesImportsJavaLangForeign() {
        noClasses()
                .that()
                .resideOutsideOfPackage("dev.nullbox.natives..")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("java.lang.foreign..")
                .check(ALL);
    }

    /** A newcomer finds a line's room from the folder tree, and reads one room without the others. */
    @Test
    void packagesOfAModuleFormNoCycles() {
        slices().matching("dev.nullbox.(*).(*)..").should().beFreeOfCycles().check(ALL);
    }

    @Test
    void packagesHoldAtMostThirtyFiles() throws IOException {
        Map<Path, Integer> sizes = new TreeMap<>();
        try (Stream<Path> files = Files.walk(Path.of(".."))) {
            files.filter(file -> file.toString().contains("/src/main/java/")
                            && file.toString().endsWith(".java")
                            && !file.endsWith("package-info.java"))
                    .forEach(file -> sizes.merge(file.resolveSibling(""), 1, Integer::sum));
        }
        assertThat(sizes).hasSizeGreaterThan(30);
        assertThat(sizes).allSatisfy((place, size) -> assertThat(size).isLessThanOrEqualTo(30));
    }

    @Test
    void onlyTheCommandLineSeesPicocli() {
        noClasses()
                .that()
                .resideOutsideOfPackage("dev.nullbox.nullctl..")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("picocli..")
                .check(ALL);
    }

    @Test
    void theContractKnowsNoJson() {
        noClasses()
                .that()
                .resideInAPackage("dev.nullbox.protocol..")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("com.google.gson..")
                .check(ALL);
    }

    @Test
    void onlyManifestSeesToml() {
        noClasses()
                .that()
                .resideOutsideOfPackage("dev.nullbox.manifest..")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("com.moandjiezana.toml..")
                .check(ALL);
    }
}
