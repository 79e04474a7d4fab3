package dev.nullbox.cage.agent;

import static org.assertj.core.api.Assertions.assertThat;

import dev.nullbox.manifest.Problem;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RootfsCheckTest {
    @TempDir
    Path directory;

    private Path rootfs;

    @BeforeEach
    void aRootWithAProgram() throws IOException {
        rootfs = Files.createDirectories(directory.resolve("rootfs"));
        Files.createDirectories(rootfs.resolve("usr/bin"));
        program(rootfs.resolve("usr/bin/agent"), "rwxr-xr-x");
        program(directory.resolve("outside"), "rwxr-xr-x");
    }

    private static void program(Path file, String mode) throws IOException {
        Files.writeString(file, "x");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(mode));
    }

    private void link(String path, String target) throws IOException {
        Files.createSymbolicLink(rootfs.resolve(path), Path.of(target));
    }

    private Optional<Problem> check(String program) throws IOException {
        return new RootfsCheck(rootfs).command(program);
    }

    @ParameterizedTest
    @CsvSource({
        "bin, usr/bin, /bin/agent",
        "bin, /usr/bin, /bin/agent",
        "bin, ../../../usr/bin, /bin/agent",
        "start, ./usr/./bin/../bin/agent, /start"
    })
    void followsLinksAsTheGuestWill(String link, String target, String program) throws IOException {
        link(link, target);
        assertThat(check(program)).isEmpty();
    }

    @Test
    void neverLeavesTheRoot() throws IOException {
        link("up", "../outside");
        link("host", directory.resolve("outside").toString());
        assertThat(check("/up").orElseThrow().problem()).contains("not in the root file system");
        assertThat(check("/host").orElseThrow().problem()).contains("not in the root file system");
    }

    @ParameterizedTest
    @CsvSource({"'', '/'", "usr, /usr", "usr/bin, /usr/bin"})
    void namesADirectoryThatOthersMayNotEnter(String closed, String shown) throws IOException {
        Files.setPosixFilePermissions(rootfs.resolve(closed), PosixFilePermissions.fromString("rwxr-x---"));
        Problem problem = check("/usr/bin/agent").orElseThrow();
        assertThat(problem.problem())
                .isEqualTo("the directory " + shown + ", on the way to /usr/bin/agent, may not be entered by everyone");
        assertThat(problem.toString()).contains("chmod o+x");
    }

    /** The guest has to enter where a link lies, too, though its target lies elsewhere. */
    @Test
    void namesAClosedDirectoryOnTheWayToALink() throws IOException {
        Files.createDirectories(rootfs.resolve("opt"));
        link("opt/agent", "/usr/bin/agent");
        assertThat(check("/opt/agent")).isEmpty();
        Files.setPosixFilePermissions(rootfs.resolve("opt"), PosixFilePermissions.fromString("rwxr-x---"));
        assertThat(check("/opt/agent").orElseThrow().problem())
                .isEqualTo("the directory /opt, on the way to /opt/agent, may not be entered by everyone");
        assertThat(check("/usr/bin/agent")).isEmpty();
    }

    @Test
    void endsAtALoop() throws IOException {
        link("a", "b");
        link("b", "a");
        assertThat(check("/a").orElseThrow().fieldPath()).isEqualTo("agent.command[0]");
    }

    @ParameterizedTest
    @CsvSource({"rwx------", "rw-r--r--", "rwxr-x--x"})
    void theVmmsUserMustReadAndExecuteIt(String mode) throws IOException {
        program(rootfs.resolve("usr/bin/other"), mode);
        assertThat(check("/usr/bin/other").orElseThrow().problem()).contains("not executable by everyone");
    }

    @Test
    void saysWhatIsMissing() throws IOException {
        assertThat(check("/usr/bin/agent")).isEmpty();
        assertThat(check("/usr/bin").orElseThrow().problem()).contains("no regular file");
        assertThat(check("/bin/agent").orElseThrow().problem()).contains("not in the root file system");
        assertThat(new RootfsCheck(directory.resolve("none"))
                        .command("/x")
                        .orElseThrow()
                        .fieldPath())
                .isEqualTo("rootfs");
        Path linked = Files.createSymbolicLink(directory.resolve("linked"), rootfs);
        assertThat(new RootfsCheck(linked)
                        .command("/usr/bin/agent")
                        .orElseThrow()
                        .toString())
                .contains("rootfs", "symbolic link");
    }
}
