package dev.nullbox.manifest;

import static org.assertj.core.api.Assertions.assertThat;

import dev.nullbox.manifest.reader.ManifestReader;
import dev.nullbox.protocol.Service;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** Comparison of docs/agent-toml.md with the schema; {@code ./nullbox docs} writes its table anew. */
class AgentTomlDocumentTest {
    private static final Path DOCUMENT = Path.of("..", "docs", "agent-toml.md");
    private static final String HEAD = "| key | type | without it | it may hold | who acts on it |\n";

    @Test
    void holdsTheSchema() throws IOException {
        String document = Files.readString(DOCUMENT);
        if (Boolean.getBoolean("nullbox.docs.write")) {
            int start = document.indexOf(HEAD);
            document = document.substring(0, start) + table() + document.substring(document.indexOf("\n\n", start) + 1);
            Files.writeString(DOCUMENT, document);
        }
        assertThat(document).as("docs/agent-toml.md; ./nullbox docs").contains("\n" + table() + "\n");
    }

    @Test
    void itsExampleIsValid() throws IOException {
        String document = Files.readString(DOCUMENT);
        int start = document.indexOf("```toml\n") + 8;
        assertThat(ManifestReader.read(document.substring(start, document.indexOf("```", start))))
                .isInstanceOf(ManifestResult.Valid.class);
    }

    private static String table() {
        return HEAD
                + "| --- | --- | --- | --- | --- |\n"
                + Schema.keys().stream().map(AgentTomlDocumentTest::row).collect(Collectors.joining());
    }

    private static String row(Key<?> key) {
        String services = key.consumers().stream().sorted().map(Service::key).collect(Collectors.joining(", "));
        return "| `%s` | %s | %s | %s | %s |\n"
                .formatted(
                        key.path(),
                        key.form().type().words(),
                        key.required()
                                ? "**refused**"
                                : key.otherwise()
                                        .map(AgentTomlDocumentTest::shown)
                                        .orElse(key.absent()),
                        key.form().allowed(),
                        services.isEmpty() ? "nobody" : services);
    }

    private static String shown(Object value) {
        return switch (value) {
            case List<?> _ -> "none";
            case Keyword keyword -> "`" + keyword.key() + "`";
            default -> "`" + value + "`";
        };
    }
}
