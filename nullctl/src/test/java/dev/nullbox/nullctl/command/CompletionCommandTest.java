package dev.nullbox.nullctl.command;

import static org.assertj.core.api.Assertions.assertThat;

import dev.nullbox.gateway.TestCertificates;
import dev.nullbox.nullctl.NullctlTestCase;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The script of completion, in a bash. */
class CompletionCommandTest extends NullctlTestCase {
    @TempDir
    private Path directory = Path.of("");

    CompletionCommandTest(TestCertificates certificates) {
        super(certificates);
    }

    /** What bash offers for the last word, where nullctl is a script that tells its arguments to a file. */
    private String completed(String nullctl, String words) throws Exception {
        assertThat(runAlone("completion", "bash")).isZero();
        Path script = Files.writeString(directory.resolve("completion"), out());
        Path program = Files.writeString(
                directory.resolve("nullctl"), "#!/bin/sh\necho \"$@\" >> " + directory + "/asked\n" + nullctl + "\n");
        Files.setPosixFilePermissions(program, PosixFilePermissions.fromString("rwx------"));
        String test = "PATH=" + directory + ":$PATH; . " + script + "; COMP_WORDS=(" + words
                + "); COMP_CWORD=$((${#COMP_WORDS[@]} - 1)); COMP_LINE=\"${COMP_WORDS[*]}\"; COMP_POINT=${#COMP_LINE};"
                + " _complete_nullctl_and_agents nullctl; echo \"${COMPREPLY[@]}\"";
        // picocli's compopt complains outside of a completion.
        Process bash = new ProcessBuilder("bash", "-c", test)
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        bash.getOutputStream().close();
        String said = new String(bash.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(bash.waitFor()).as(said).isZero();
        return said.strip();
    }

    private String asked() throws Exception {
        Path asked = directory.resolve("asked");
        return Files.exists(asked) ? Files.readString(asked) : "";
    }

    @Test
    void namesOfAgentsFollowTheCommandsThatTakeOne() throws Exception {
        String nullctl = "printf 'coder\\ncook\\nhello\\n'";
        assertThat(completed(nullctl, "nullctl exec co")).isEqualTo("coder cook");
        assertThat(completed(nullctl, "nullctl --context box agent show ''")).isEqualTo("coder cook hello");
        assertThat(asked()).isEqualTo("agents -o name\n--context box agents -o name\n");
        assertThat(completed(nullctl, "nullctl st")).contains("start", "stop").doesNotContain("coder");
        assertThat(completed(nullctl, "nullctl exec coder ''")).doesNotContain("cook");
        assertThat(completed(nullctl, "nullctl exec --ru")).contains("--run");
        assertThat(asked()).hasLineCount(2);
    }

    @Test
    void anApplianceThatDoesNotAnswerIsNotWaitedFor() throws Exception {
        long begun = System.nanoTime();
        assertThat(completed("exec sleep 60", "nullctl exec co")).isEmpty();
        assertThat(System.nanoTime() - begun).isLessThan(30_000_000_000L);
        assertThat(completed("exit 3", "nullctl exec co")).isEmpty();
    }
}
