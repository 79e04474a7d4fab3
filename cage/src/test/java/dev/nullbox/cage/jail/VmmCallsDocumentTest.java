package dev.nullbox.cage.jail;

import static org.assertj.core.api.Assertions.assertThat;

import dev.nullbox.natives.linux.Errno;
import dev.nullbox.natives.linux.Syscalls;
import dev.nullbox.service.seccomp.ListedCall;
import java.io.IOException;
import java.lang.reflect.Field;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** Comparison of docs/vmm-calls.md with the allow-list; {@code ./nullbox docs} writes its table anew. */
class VmmCallsDocumentTest {
    private static final Path DOCUMENT = Path.of("..", "docs", "vmm-calls.md");
    private static final String HEAD = "| call | number | arguments | seen | who makes it, and what for |\n";

    @Test
    void holdsTheList() throws Exception {
        String document = Files.readString(DOCUMENT);
        if (Boolean.getBoolean("nullbox.docs.write")) {
            document = document.substring(0, document.indexOf(HEAD)) + table();
            Files.writeString(DOCUMENT, document);
        }
        assertThat(document).as("docs/vmm-calls.md; ./nullbox docs").endsWith("\n" + table());
    }

    private static String table() throws IOException {
        StringBuilder table = new StringBuilder(HEAD).append("| --- | --- | --- | --- | --- |\n");
        for (ListedCall call : VmmPolicy.CALLS) {
            table.append(row(call));
        }
        return table.toString();
    }

    private static String row(ListedCall call) throws IOException {
        return "| %s | %d | %s | %s | %s |\n"
                .formatted(
                        name(call.number()),
                        call.number(),
                        switch (call) {
                            case ListedCall.Absent(int _, int errno, String _) -> Errno.describe(errno);
                            case ListedCall.Allowed(int _, List<ListedCall.Bound> bounds, boolean _, String _) ->
                                bounds.stream().map(VmmCallsDocumentTest::bound).collect(Collectors.joining("; "));
                        },
                        call instanceof ListedCall.Allowed allowed && !allowed.isSeen() ? "no" : "yes",
                        call.why());
    }

    private static String bound(ListedCall.Bound bound) {
        return switch (bound) {
            case ListedCall.Bound.OneOf(int argument, List<Integer> values, Set<Integer> unseen) ->
                argument + ": "
                        + values.stream()
                                .map(value ->
                                        Integer.toHexString(value) + (unseen.contains(value) ? " (not seen)" : ""))
                                .collect(Collectors.joining(", "));
            case ListedCall.Bound.Without(int argument, int bits) -> argument + " without " + Integer.toHexString(bits);
        };
    }

    private static String name(int number) throws IOException {
        for (Field constant : Syscalls.class.getFields()) {
            try {
                if (constant.getInt(null) == number) {
                    return constant.getName().substring("SYS_".length());
                }
            } catch (IllegalAccessException e) {
                throw new IOException(e);
            }
        }
        throw new AssertionError("no constant of the number " + number);
    }
}
