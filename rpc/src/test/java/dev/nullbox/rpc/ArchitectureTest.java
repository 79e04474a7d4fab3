package dev.nullbox.rpc;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class ArchitectureTest {
    private final JavaClasses classes = new ClassFileImporter().importPath(Path.of("target", "classes"));

    @Test
    void usesNoOtherModuleOfTheProject() {
        classes()
                .that()
                .resideInAPackage("dev.nullbox.rpc..")
                .should()
                .onlyDependOnClassesThat()
                .resideInAnyPackage(
                        "dev.nullbox.rpc..",
                        "dev.nullbox.protocol..",
                        "java..",
                        "javax.net.ssl..",
                        "jdk.net..",
                        "com.google.gson..",
                        "org.jspecify..")
                .check(classes);
    }

    @Test
    void usesGsonsTreeAndNoReflection() {
        noClasses()
                .should()
                .dependOnClassesThat()
                .haveFullyQualifiedName("com.google.gson.Gson")
                .orShould()
                .dependOnClassesThat()
                .resideInAPackage("java.lang.reflect..")
                .check(classes);
    }
}
