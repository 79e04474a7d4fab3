package dev.nullbox.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** The version stands in pom.xml; what cannot take it from there says the same. */
class VersionTest {
    @Test
    void codeAndImageSayTheVersionOfThePom() throws IOException {
        assertThat(Files.readString(Path.of("../pom.xml")))
                .contains("  <artifactId>nullbox</artifactId>\n  <version>" + Version.TEXT + "</version>\n");
        assertThat(Files.readString(Path.of("../image/files/etc/nullbox-release")))
                .isEqualTo("nullbox " + Version.TEXT + "\n");
    }
}
