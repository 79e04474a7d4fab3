package dev.nullbox.nulld.boot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.nullbox.nulld.linux.Cmdline;
import dev.nullbox.protocol.id.NameServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ResolverFilesTest {
    @TempDir
    private Path run;

    private Path pnp() {
        return run.resolve("pnp");
    }

    private Path said() {
        return run.resolve(NameServer.FILE_OF_COMMAND_LINE);
    }

    private Path leased() {
        return run.resolve(NameServer.FILE_OF_LEASE);
    }

    @Test
    void theOperatorsServersAreKeptForEverybodyToRead() throws IOException {
        ResolverFiles.write(Cmdline.parse("quiet nullbox.resolvers=192.0.2.1,192.0.2.2:5353"), pnp(), run);
        assertThat(said()).hasContent("192.0.2.1\n192.0.2.2:5353\n");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(said())))
                .isEqualTo("rw-r--r--");
    }

    @Test
    void aFixedAddressBringsItsServersWithIt() throws IOException {
        Files.writeString(pnp(), "#PROTO: MANUAL\nnameserver 192.0.2.3\nnameserver 0.0.0.0\nbootserver 192.0.2.9\n");
        ResolverFiles.write(Cmdline.parse("quiet"), pnp(), run);
        assertThat(said()).doesNotExist();
        ResolverFiles.write(Cmdline.parse("ip=192.0.2.7:::::eth0:off:192.0.2.3"), pnp(), run);
        assertThat(said()).hasContent("192.0.2.3\n");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "name.example",
                "192.0.2.1:0",
                "192.0.2.1:65536",
                "192.0.2.1,",
                "1.2.3.4,1.2.3.4,1.2.3.4,1.2.3.4,1.2.3.4"
            })
    void malformedListOfServersIsRefused(String value) {
        assertThatThrownBy(() -> ResolverFiles.write(Cmdline.parse("nullbox.resolvers=" + value), pnp(), run))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("nullbox.resolvers=");
        assertThat(said()).doesNotExist();
    }

    @Test
    void aLeaseIsKeptUntilItEnds() throws IOException {
        ResolverFiles.lease(
                Map.of("reason", "BOUND", "new_domain_name_servers", "192.0.2.4 2001:db8::1 192.0.2.5"), run);
        assertThat(leased()).hasContent("192.0.2.4\n192.0.2.5\n");
        ResolverFiles.lease(Map.of("reason", "CARRIER"), run);
        assertThat(leased()).exists();
        ResolverFiles.lease(Map.of("reason", "EXPIRE"), run);
        assertThat(leased()).doesNotExist();
    }
}
