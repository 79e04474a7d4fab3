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
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The two generations of libkrun, as libraries that have either way of naming the root and no other: both are loaded, and
 * what one lacks is named when it is called. Their functions answer with numbers that the test knows.
 */
class KrunLibrariesTest {
    private static final int ROOT_ANSWER = 17;

    @TempDir
    Path directory;

    @Test
    void theFirstGenerationHasNoFurtherFileSystems() throws Exception {
        Krun krun = load("libkrun.so.1", "krun_add_virtiofs3", "krun_set_root(unsigned ctx, const char *path)");
        assertThat(krun.setRoot(0, "/")).isEqualTo(new SysResult.Ok(ROOT_ANSWER));
        assertThatThrownBy(() -> krun.addVirtiofs3(0, "tag", "/", 0, true))
                .isInstanceOf(MissingSymbolException.class)
                .hasMessageContaining("libkrun.so.1")
                .hasMessageEndingWith(" has no krun_add_virtiofs3");
    }

    @Test
    void theSecondGenerationHasTheRootAmongThem() throws Exception {
        Krun krun = load(
                "libkrun.so.2",
                "krun_set_root",
                "krun_add_virtiofs3(unsigned ctx, const char *tag, const char *path, unsigned long shm, _Bool ro)");
        assertThat(krun.addVirtiofs3(0, "tag", "/", 0, true)).isEqualTo(new SysResult.Ok(ROOT_ANSWER));
        assertThatThrownBy(() -> krun.setRoot(0, "/"))
                .isInstanceOf(MissingSymbolException.class)
                .hasMessageEndingWith(" has no krun_set_root");
    }

    /** A library without one function, and with another that answers so. */
    private Krun load(String name, String lacks, String root) throws Exception {
        String rootName = root.substring(0, root.indexOf('('));
        StringBuilder source = new StringBuilder("int " + root + " { return " + ROOT_ANSWER + "; }\n");
        for (String function : new TreeSet<>(KrunCalls.FUNCTIONS)) {
            if (!function.equals(lacks) && !function.equals(rootName)) {
                source.append("int ").append(function).append("() { return 0; }\n");
            }
        }
        Path file = Files.writeString(directory.resolve("krun.c"), source);
        Path library = directory.resolve(name);
        Gcc.Outcome built =
                Gcc.run(List.of("gcc", "-shared", "-fPIC", "-w", "-o", library.toString(), file.toString()));
        assertThat(built.code()).as(built.printed()).isZero();
        String before = System.setProperty("nullbox.krun.library", library.toString());
        try {
            Krun krun = FfmBindings.krun();
            assertThat(krun.symbols()).doesNotContain(lacks).hasSize(KrunCalls.FUNCTIONS.size() - 1);
            return krun;
        } finally {
            if (before == null) {
                System.clearProperty("nullbox.krun.library");
            } else {
                System.setProperty("nullbox.krun.library", before);
            }
        }
    }
}
