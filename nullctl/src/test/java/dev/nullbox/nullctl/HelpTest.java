package dev.nullbox.nullctl;

import static org.assertj.core.api.Assertions.assertThat;

import dev.nullbox.gateway.TestCertificates;
import dev.nullbox.nullctl.terminal.Streams;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** Help texts, and the answers to words that nullctl does not know. */
class HelpTest extends NullctlTestCase {
    private static final Path FULL = Path.of("/dev/full");

    HelpTest(TestCertificates certificates) {
        super(certificates);
    }

    @Test
    void everyCommandHasHelpWithAnExampleIn80Columns() {
        Set<List<String>> commands = commands().keySet();
        assertThat(commands).hasSizeGreaterThan(24).contains(List.of("vault", "set"), List.of("completion"));
        for (List<String> words : commands) {
            assertThat(runAlone(
                            Stream.concat(words.stream(), Stream.of("--help")).toArray(String[]::new)))
                    .isZero();
            assertThat(out()).as("nullctl %s --help", words).contains("Usage: nullctl", "Example");
            assertThat(out().lines()).allSatisfy(line -> assertThat(line).hasSizeLessThanOrEqualTo(80));
            String example = "nullctl " + (words.isEmpty() ? "status" : String.join(" ", words));
            assertThat(out().lines().filter(line -> line.contains(example)).count())
                    .as("an example beside the synopsis of %s", words)
                    .isGreaterThan(words.isEmpty() ? 0 : 1);
        }
    }

    @Test
    void everyListingSpeaksJson() {
        Set<String> listings = Set.of(
                "status",
                "hardware",
                "agents",
                "list",
                "history",
                "leases",
                "logs",
                "show",
                "versions",
                "df",
                "diff",
                "stats",
                "runs",
                "events");
        commands().forEach((words, command) -> {
            if (!words.isEmpty() && listings.contains(words.getLast())) {
                assertThat(command.getCommandSpec().optionsMap())
                        .as("nullctl %s", words)
                        .containsKey("--json");
            }
        });
    }

    @Test
    void answersWrongUsageWithTwoAndFewLines() {
        String[][] wrong = {
            {},
            {"vault"},
            {"start"},
            {"frobnicate"},
            {"vault", "frobnicate"},
            {"status", "--frobnicate"},
            {"--address", "nonsense", "status"},
            {"logs", "-n", "-1"},
            {"logs", "-n", "x"},
            {"completion", "fish"},
            {"status", "word"},
            {"vault", "rekey", "--remove", "x"},
        };
        for (String[] words : wrong) {
            assertThat(runAlone(words)).as("%s", List.of(words)).isEqualTo(2);
            assertThat(out()).isEmpty();
            assertThat(err().lines()).as("%s", List.of(words)).hasSizeBetween(1, 12);
            assertThat(err()).startsWith("nullctl: ");
        }
        assertThat(runAlone("frobnicate")).isEqualTo(2);
        assertThat(err())
                .contains("unknown command frobnicate", "commands: status, hardware, agents", "nullctl --help");
        assertThat(runAlone("status", "\u001b[2J")).isEqualTo(2);
        assertThat(err()).doesNotContain("\u001b");
    }

    @Test
    void takesNoWordsFromFiles(@TempDir Path directory) throws Exception {
        Path file = Files.writeString(directory.resolve("words"), "--help");
        assertThat(runAlone("start", "@" + file)).isNotZero();
        assertThat(out()).isEmpty();
    }

    @Test
    void saysWhenOutputIsLost() throws Exception {
        try (OutputStream full = Files.newOutputStream(FULL)) {
            Streams lost = Streams.of(
                    InputStream.nullInputStream(), full, OutputStream.nullOutputStream(), Map.of(), Optional.empty());
            assertThat(NullctlMain.run(lost, "--help")).isEqualTo(4);
        }
    }

    @Test
    void printsACompletionScriptThatBashTakes(@TempDir Path directory) throws Exception {
        assertThat(runAlone("completion", "bash")).isZero();
        Path script = Files.writeString(directory.resolve("completion"), out());
        String ask = "source " + script + "; COMP_WORDS=(nullctl vault un); COMP_CWORD=2; COMP_LINE='nullctl vault un';"
                + " COMP_POINT=16; _complete_nullctl; printf '%s\\n' \"${COMPREPLY[@]}\"";
        Process bash = new ProcessBuilder("bash", "--norc", "-c", ask)
                .redirectErrorStream(true)
                .start();
        String answer = new String(bash.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(bash.waitFor(60, TimeUnit.SECONDS)).isTrue();
        assertThat(answer.lines()).containsExactlyInAnyOrder("unseal", "undelete");
        assertThat(runAlone("completion", "zsh")).isZero();
        assertThat(out()).startsWith("autoload -U +X bashcompinit");
    }

    private Map<List<String>, CommandLine> commands() {
        Map<List<String>, CommandLine> found = new LinkedHashMap<>();
        collect(new CommandLine(new NullctlMain(io(Map.of()))), List.of(), found);
        return found;
    }

    private static void collect(CommandLine command, List<String> words, Map<List<String>, CommandLine> found) {
        found.put(words, command);
        command.getSubcommands()
                .forEach((name, below) -> collect(
                        below, Stream.concat(words.stream(), Stream.of(name)).toList(), found));
    }
}
