package dev.nullbox.natives.calls;

import static org.assertj.core.api.Assertions.assertThat;

import dev.nullbox.natives.calls.CPrototypes.Prototype;
import dev.nullbox.natives.linux.Gcc;
import dev.nullbox.natives.linux.HeaderAudit;
import dev.nullbox.natives.linux.HeaderAudit.Source;
import dev.nullbox.natives.linux.KrunFlags;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodType;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;

/** Holds every java.lang.foreign descriptor against the C headers of this machine, by gcc. */
class DescriptorAuditTest {
    private static final List<String> LIBC_HEADERS =
            List.of("grp.h", "signal.h", "spawn.h", "stdbool.h", "stdint.h", "unistd.h");

    @Test
    void libcPrototypesAreThoseOfTheHeaders() throws Exception {
        assertThat(Gcc.complaints(source(LIBC_HEADERS, CPrototypes.LIBC), List.of()))
                .isEmpty();
    }

    @Test
    void nftablesPrototypesAreThoseOfTheHeader() throws Exception {
        List<String> headers = List.of("stdio.h", "stdbool.h", "stdint.h", "nftables/libnftables.h");
        assertThat(Gcc.complaints(source(headers, CPrototypes.NFTABLES), List.of()))
                .isEmpty();
    }

    @Test
    void zstdPrototypesAreThoseOfTheHeader() throws Exception {
        assertThat(Gcc.complaints(source(List.of("zstd.h"), CPrototypes.ZSTD), List.of()))
                .isEmpty();
    }

    /** libkrun.h where pkg-config finds one; else the symbols of the library under test. */
    @Test
    void krunPrototypesAreThoseOfTheHeaderOrItsSymbolsAreThere() throws Exception {
        Gcc.Outcome cflags = Gcc.run(List.of("pkg-config", "--cflags", "libkrun"));
        if (cflags.code() == 0) {
            List<String> headers = List.of("sys/types.h", "stdbool.h", "stdint.h", "stddef.h", "libkrun.h");
            List<String> options =
                    new ArrayList<>(List.of(cflags.printed().strip().split(" +")));
            options.removeIf(String::isEmpty);
            options.add("-Wno-comment"); // the header's own
            String constants = HeaderAudit.assertions(new Source(KrunFlags.class, "libkrun.h", ""));
            assertThat(Gcc.complaints(source(headers, CPrototypes.KRUN) + constants, options))
                    .isEmpty();
            return;
        }
        String library = KrunUnderTest.library();
        Assumptions.assumeFalse(
                library.isEmpty(),
                "NOT RUN: pkg-config finds no libkrun.h and NULLBOX_KRUN names no folder with a libkrun.so.1");
        Gcc.Outcome symbols = Gcc.run(List.of("nm", "--dynamic", "--defined-only", "--format=just-symbols", library));
        assertThat(symbols.code()).as(symbols.printed()).isZero();
        assertThat(symbols.printed().lines().toList())
                .as(Path.of(library).getFileName().toString())
                .containsAll(KrunCalls.FUNCTIONS);
    }

    @Test
    void libcHandlesHaveThePrototypes() throws Exception {
        assertSame(Handles.of(FfmLibc.class), CPrototypes.LIBC);
    }

    @Test
    void nftablesHandlesHaveThePrototypes() throws Exception {
        assertSame(Handles.of(FfmNftables.class), CPrototypes.NFTABLES);
        assertThat(NftablesCalls.FUNCTIONS)
                .containsExactlyInAnyOrderElementsOf(
                        Handles.of(FfmNftables.class).keySet());
    }

    @Test
    void zstdHandlesHaveThePrototypes() throws Exception {
        assertSame(Handles.of(FfmZstd.class), CPrototypes.ZSTD);
        assertThat(ZstdCalls.FUNCTIONS)
                .containsExactlyInAnyOrderElementsOf(Handles.of(FfmZstd.class).keySet());
    }

    @Test
    void krunHandlesHaveThePrototypes() throws Exception {
        assertSame(Handles.of(FfmKrun.class), CPrototypes.KRUN);
        assertThat(KrunCalls.FUNCTIONS)
                .containsExactlyInAnyOrderElementsOf(Handles.of(FfmKrun.class).keySet());
    }

    @Test
    void variadicFunctionsAreCalledAsSuch() {
        assertThat(CPrototypes.LIBC.stream().filter(Prototype::variadic))
                .allSatisfy(prototype -> assertThat(FfmLink.FIRST_VARIADIC)
                        .containsEntry(prototype.name(), prototype.parameters().size()))
                .hasSameSizeAs(FfmLink.FIRST_VARIADIC.keySet());
    }

    /** The audit itself must be able to fail: a wrong prototype is refused by gcc. */
    @Test
    void gccRefusesAWrongPrototype() throws Exception {
        Prototype wrong = new Prototype("setresuid", "int", List.of("uid_t", "uid_t", "long"), false, List.of());
        assertThat(Gcc.complaints(source(LIBC_HEADERS, List.of(wrong)), List.of()))
                .contains("setresuid");
    }

    private static void assertSame(Map<String, MethodType> handles, List<Prototype> prototypes) {
        assertThat(handles.keySet())
                .containsExactlyInAnyOrderElementsOf(
                        prototypes.stream().map(Prototype::name).toList());
        assertThat(prototypes).allSatisfy(prototype -> {
            MethodType handle = Objects.requireNonNull(handles.get(prototype.name()));
            assertThat(Handles.cPart(handle, prototype)).as(prototype.name()).isEqualTo(prototype.javaType());
        });
    }

    private static String source(List<String> headers, List<Prototype> prototypes) {
        StringBuilder c = new StringBuilder("#define _GNU_SOURCE\n");
        headers.forEach(header -> c.append("#include <").append(header).append(">\n"));
        for (Prototype prototype : prototypes) {
            c.append("_Static_assert(__builtin_types_compatible_p(__typeof__(")
                    .append(prototype.name())
                    .append("), ")
                    .append(prototype.type())
                    .append("), \"")
                    .append(prototype.name())
                    .append("\");\n");
            prototype.parameters().forEach(type -> c.append(width(type)));
            c.append(width(prototype.returns()));
        }
        return c.toString();
    }

    /** The width of a C type must be that of its Java type. */
    private static String width(String type) {
        Class<?> java = CPrototypes.JAVA_TYPES.get(type);
        if (java == null || java == void.class) {
            return "";
        }
        int bytes = java == MemorySegment.class
                ? Long.BYTES
                : MethodType.methodType(java).wrap().returnType() == Boolean.class
                        ? 1
                        : type.equals("uint8_t")
                                ? Byte.BYTES
                                : java == short.class ? Short.BYTES : java == int.class ? 4 : 8;
        return "_Static_assert(sizeof(" + type + ") == " + bytes + ", \"" + type + "\");\n";
    }
}
