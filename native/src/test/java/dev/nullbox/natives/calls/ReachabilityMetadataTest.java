package dev.nullbox.natives.calls;

import static org.assertj.core.api.Assertions.assertThat;

import dev.nullbox.natives.Natives;
import dev.nullbox.natives.calls.CPrototypes.Prototype;
import java.io.InputStream;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodType;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Every downcall shape stands in the metadata that a GraalVM distribution reads, and no other. */
class ReachabilityMetadataTest {
    private static final String RESOURCE = "/META-INF/native-image/dev.nullbox/natives/reachability-metadata.json";

    @Test
    void metadataHasEveryDowncall() throws Exception {
        Set<String> downcalls = new TreeSet<>();
        add(downcalls, Handles.of(FfmLibc.class), CPrototypes.LIBC, false);
        add(downcalls, Handles.of(FfmNftables.class), CPrototypes.NFTABLES, true);
        add(downcalls, Handles.of(FfmZstd.class), CPrototypes.ZSTD, true);
        add(downcalls, Handles.of(FfmKrun.class), CPrototypes.KRUN, true);
        String expected = downcalls.stream()
                .collect(Collectors.joining(
                        ",\n      ", "{\n  \"foreign\": {\n    \"downcalls\": [\n      ", "\n    ]\n  }\n}\n"));
        try (InputStream resource = Objects.requireNonNull(Natives.class.getResourceAsStream(RESOURCE), RESOURCE)) {
            assertThat(new String(resource.readAllBytes(), StandardCharsets.UTF_8))
                    .isEqualTo(expected);
        }
    }

    private static void add(
            Set<String> downcalls, Map<String, MethodType> handles, List<Prototype> prototypes, boolean unbound) {
        for (Prototype prototype : prototypes) {
            MethodType handle = Objects.requireNonNull(handles.get(prototype.name()));
            boolean captures =
                    !unbound && handle.parameterCount() > prototype.javaType().parameterCount();
            downcalls.add(downcall(prototype.javaType(), captures, FfmLink.FIRST_VARIADIC.get(prototype.name())));
        }
    }

    private static String downcall(MethodType type, boolean captures, @Nullable Integer firstVariadic) {
        StringBuilder json = new StringBuilder("{\"returnType\": \"").append(layout(type.returnType()));
        json.append("\", \"parameterTypes\": [");
        json.append(type.parameterList().stream()
                .map(parameter -> '"' + layout(parameter) + '"')
                .collect(Collectors.joining(", ")));
        json.append(']');
        if (captures) {
            json.append(", \"options\": {\"captureCallState\": true");
            json.append(firstVariadic == null ? "}" : ", \"firstVariadicArg\": " + firstVariadic + "}");
        }
        return json.append('}').toString();
    }

    private static String layout(Class<?> type) {
        return type == void.class ? "void" : type == MemorySegment.class ? "void*" : "j" + type.getName();
    }
}
