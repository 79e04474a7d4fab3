package dev.nullbox.natives.calls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.nullbox.natives.Krun;
import dev.nullbox.natives.MissingSymbolException;
import dev.nullbox.natives.SysResult;
import dev.nullbox.natives.linux.Gcc;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Libraries in libkrun's place, whose functions answer with numbers that the test knows. */
class KrunLibrariesTest {
    @TempDir
    Path directory;

    /** Once 2.0 was said to serve, and was told to be wrong only when a call was made. */
    @Test
    void theSecondGenerationIsRefusedWithWhatIsNeeded() throws Exception {
        Path second = library("libkrun.so.2", Set.of("krun_set_log_level", "krun_create_ctx"), Map.of());
        assertThatThrownBy(() -> load(second))
                .isInstanceOf(MissingSymbolException.class)
                .hasMessage(second + " has no krun_create_ctx, krun_set_log_level; libkrun 1.16 or a later 1.x is"
                        + " needed; 2.0 has another interface");
    }

    @Test
    void aMissingLibraryIsNamedWithWhatIsNeeded() {
        Path missing = directory.resolve("libkrun.so.1");
        assertThatThrownBy(() -> load(missing))
                .isInstanceOf(MissingSymbolException.class)
                .hasMessage("cannot load " + missing
                        + "; libkrun 1.16 or a later 1.x is needed; 2.0 has another interface");
    }

    /** A signed byte in its place would reach a callee that reads the whole register as 0xffffffff. */
    @Test
    void theCountOfProcessorsArrivesUnsigned() throws Exception {
        Krun krun = load(library("libkrun.so.1", Set.of(), Map.of("krun_set_vm_config", "return (int) b")));
        assertThat(krun.setVmConfig(0, 255, 256)).isEqualTo(new SysResult.Ok(255));
        assertThatThrownBy(() -> krun.setVmConfig(0, 256, 256))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("vcpus is a uint8_t, 0 to 255, not 256");
    }

    @Test
    void theArgumentsArriveInTheirPlaces() throws Exception {
        Krun krun = load(library(
                "libkrun.so.1",
                Set.of(),
                Map.of(
                        "krun_set_kernel",
                        "return a == 3 && !strcmp(b, \"vmlinux\") && c == 1 && !strcmp(d, \"init\") && !e ? 1 : -5",
                        "krun_add_disk",
                        "return a == 3 && !strcmp(b, \"vda\") && !strcmp(c, \"/base\") && (_Bool) d ? 2 : -5",
                        "krun_add_net_tap",
                        "return a == 3 && !strcmp(b, \"tap0\") && !memcmp(c, \"\\2\\1\\0\\0\\0\\377\", 6) && d == 9 && e == 4"
                                + " ? 3 : -5",
                        "krun_set_nested_virt",
                        "return a == 3 && (_Bool) b ? 4 : -5",
                        "krun_add_vsock_port2",
                        "return a == 3 && b == 1024 && !strcmp(c, \"/s\") && (_Bool) d ? 5 : -5")));
        assertThat(krun.setKernel(3, "vmlinux", 1, "init", null)).isEqualTo(new SysResult.Ok(1));
        assertThat(krun.addDisk(3, "vda", "/base", true)).isEqualTo(new SysResult.Ok(2));
        assertThat(krun.addDisk(3, "vda", "/base", false)).isEqualTo(new SysResult.Failed(5));
        byte[] mac = {2, 1, 0, 0, 0, (byte) 0xff};
        assertThat(krun.addNetTap(3, "tap0", mac, 9, 4)).isEqualTo(new SysResult.Ok(3));
        assertThat(krun.setNestedVirt(3, true)).isEqualTo(new SysResult.Ok(4));
        assertThat(krun.setNestedVirt(3, false)).isEqualTo(new SysResult.Failed(5));
        assertThat(krun.addVsockPort2(3, 1024, "/s", true)).isEqualTo(new SysResult.Ok(5));
    }

    /** A library of all functions but some, each of which has the body that is given for it, or returns 0. */
    private Path library(String name, Set<String> lacks, Map<String, String> bodies) throws Exception {
        StringBuilder source = new StringBuilder("#include <string.h>\n");
        for (String function : new TreeSet<>(KrunCalls.FUNCTIONS)) {
            if (!lacks.contains(function)) {
                source.append("int ").append(function).append("(long a, long b, long c, long d, long e) { ");
                source.append(bodies.getOrDefault(function, "return 0")).append("; }\n");
            }
        }
        Path file = Files.writeString(directory.resolve("krun.c"), source);
        Path library = directory.resolve(name);
        Gcc.Outcome built =
                Gcc.run(List.of("gcc", "-shared", "-fPIC", "-w", "-o", library.toString(), file.toString()));
        assertThat(built.code()).as(built.printed()).isZero();
        return library;
    }

    private static Krun load(Path library) {
        String before = System.setProperty("nullbox.krun.library", library.toString());
        try {
            return FfmBindings.krun();
        } finally {
            if (before == null) {
                System.clearProperty("nullbox.krun.library");
            } else {
                System.setProperty("nullbox.krun.library", before);
            }
        }
    }
}
