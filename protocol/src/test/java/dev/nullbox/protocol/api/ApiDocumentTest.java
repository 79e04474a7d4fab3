package dev.nullbox.protocol.api;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** Comparison of docs/api.md with the contract; {@code ./nullbox docs} writes it anew. */
class ApiDocumentTest {
    private static final Path DOCUMENT = Path.of("..", "docs", "api.md");

    @Test
    void isWhatTheContractSays() throws IOException {
        if (Boolean.getBoolean("nullbox.docs.write")) {
            Files.writeString(DOCUMENT, ApiDocument.render());
        }
        assertThat(Files.readString(DOCUMENT)).as("docs/api.md; ./nullbox docs").isEqualTo(ApiDocument.render());
    }
}
