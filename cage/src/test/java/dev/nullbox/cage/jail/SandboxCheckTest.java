package dev.nullbox.cage.jail;

import static org.assertj.core.api.Assertions.assertThat;

import dev.nullbox.protocol.Message;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SandboxCheckTest {
    private static final String STATUS = """
            Name:\tcage
            Pid:\t1
            Uid:\t10001\t10001\t10001\t10001
            Gid:\t10001\t10001\t10001\t10001
            Groups:\t36\s
            CapInh:\t0000000000000000
            CapPrm:\t0000000000000000
            CapEff:\t0000000000000000
            CapBnd:\t0000000000000000
            CapAmb:\t0000000000000000
            NoNewPrivs:\t1
            Seccomp:\t2
            """;
    private static final Message EXPECTED = Message.of(
            VmSpec.UID.is(10001L),
            JailSpec.KVM_GROUP.is(36L),
            JailSpec.CGROUP.is("/agents/a"),
            VmSpec.HOST_NET.is("net:[1]"),
            VmSpec.HOST_MNT.is("mnt:[1]"),
            JailSpec.HOST_PID.is("pid:[1]"));

    @TempDir
    Path self;

    @BeforeEach
    void wholeSandbox() throws IOException {
        Files.writeString(self.resolve("status"), STATUS);
        Files.writeString(self.resolve("cgroup"), "4:memory:/else\n0::/agents/a\n");
        Files.createDirectory(self.resolve("ns"));
        Files.createSymbolicLink(self.resolve("ns/net"), Path.of("net:[2]"));
        Files.createSymbolicLink(self.resolve("ns/mnt"), Path.of("mnt:[2]"));
        Files.createSymbolicLink(self.resolve("ns/pid"), Path.of("pid:[2]"));
        Files.createDirectory(self.resolve("fd"));
        descriptor(0, "pipe:[1]");
        descriptor(3, "pipe:[2]");
        descriptor(4, self.resolve("status").toString());
    }

    private void descriptor(int number, String target) throws IOException {
        Files.createSymbolicLink(self.resolve("fd").resolve(Integer.toString(number)), Path.of(target));
    }

    private List<String> missing() throws IOException {
        return new SandboxCheck(self).missing(EXPECTED);
    }

    @Test
    void allStand() throws IOException {
        assertThat(missing()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Uid",
                "Gid",
                "Groups",
                "CapInh",
                "CapPrm",
                "CapEff",
                "CapBnd",
                "CapAmb",
                "NoNewPrivs",
                "Seccomp",
                "Pid"
            })
    void oneIsWrongOrAbsent(String field) throws IOException {
        Files.writeString(self.resolve("status"), STATUS.replace(field + ":\t", field + ":\t8"));
        assertThat(missing()).singleElement().asString().startsWith(field + " is 8");
        Files.writeString(self.resolve("status"), STATUS.replace(field + ":", "X:"));
        assertThat(missing()).singleElement().asString().startsWith(field + " is absent");
    }

    @ParameterizedTest
    @CsvSource({"net, network", "mnt, mount", "pid, PID"})
    void namespaceIsTheHosts(String kind, String name) throws IOException {
        Path link = self.resolve("ns").resolve(kind);
        Files.delete(link);
        Files.createSymbolicLink(link, Path.of(kind + ":[1]"));
        assertThat(missing()).containsExactly("the " + name + " namespace is the host's, " + kind + ":[1]");
    }

    @Test
    void cgroupIsAnother() throws IOException {
        Files.writeString(self.resolve("cgroup"), "0::/\n");
        assertThat(missing()).containsExactly("cgroup is /, not /agents/a");
    }

    @ParameterizedTest
    @ValueSource(strings = {"socket:[9]", "pipe:[9]", "anon_inode:[eventpoll]", "/", "/dev/null"})
    void descriptorLeaks(String target) throws IOException {
        descriptor(9, target);
        assertThat(missing()).containsExactly("descriptor 9 is open on " + target);
    }
}
