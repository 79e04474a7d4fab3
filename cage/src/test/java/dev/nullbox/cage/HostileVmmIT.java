package dev.nullbox.cage;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import dev.nullbox.cage.agent.CageSettings;
import dev.nullbox.cage.jail.VmmFilterIT;
import dev.nullbox.natives.Libc;
import dev.nullbox.natives.Natives;
import dev.nullbox.natives.linux.Syscalls;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A VMM that was taken over: a hostile program runs in its place, inside its walls. */
class HostileVmmIT {
    private static final String ENTERED = "echo walls >&3; echo enter >&3; exec 3>&-\n";

    @TempDir
    Path base;

    private final Libc libc = Natives.libc();
    private CageFixture cage;

    @BeforeEach
    void needsRoot() throws Exception {
        assertThat(libc.getuid())
                .as("these tests make namespaces and need root")
                .isZero();
        Files.setPosixFilePermissions(base, PosixFilePermissions.fromString("rwxr-xr-x"));
        cage = new CageFixture(base);
        cage.agent("bad", "");
    }

    @AfterEach
    void closeServices() {
        cage.close();
    }

    private JsonObject exited(String script) throws Exception {
        CageSettings settings = cage.settings(ENTERED + script);
        try (CageDaemon _ = CageDaemon.start(libc, settings, cage.runtime())) {
            cage.call("agent.start", "bad");
            JsonObject exited = cage.await("agent.exited", "bad");
            cage.await("agent.failed", "bad");
            assertThat(settings.cgroups().resolve("agents/bad")).doesNotExist();
            return exited;
        }
    }

    /** Such a child wrote on for ever: stop, canary and health check ended nothing, and the agent could not be started. */
    @Test
    void itsChildrenEndWithIt() throws Exception {
        JsonObject exited =
                exited("(trap '' TERM HUP; while :; do echo still here; sleep 0.1; done) &\nsleep 0.3; exit 0");
        assertThat(exited.get("how").getAsString()).isEqualTo("crash");
    }

    /** They are the jail's own codes until the guest begins, and nobody's afterwards. */
    @ParameterizedTest
    @ValueSource(ints = {64, 70, 72})
    void theAppliancesOwnExitCodesAreACrash(int code) throws Exception {
        JsonObject exited = exited("exit " + code);
        assertThat(exited.get("how").getAsString()).isEqualTo("crash");
        assertThat(exited.has("code")).isFalse();
    }

    @Test
    void aForbiddenCallKillsItAndIsAnEventOfItsOwn() throws Exception {
        Path classes = Path.of("target/test-classes").toAbsolutePath();
        VmmFilterIT.compileInto(classes);
        String calls = "exec " + classes.resolve("calls") + " " + classes.resolve("filter") + " ";
        assertThat(exited(calls + Syscalls.SYS_getpid).get("how").getAsString())
                .as("the allowed twin")
                .isEqualTo("crash");
        cage.forget();
        assertThat(exited(calls + Syscalls.SYS_fork).get("how").getAsString()).isEqualTo("compromised");
        cage.await("agent.compromised", "bad");
    }
}
