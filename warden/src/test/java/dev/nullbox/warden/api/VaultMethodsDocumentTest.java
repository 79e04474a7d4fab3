package dev.nullbox.warden.api;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import com.google.gson.JsonPrimitive;
import dev.nullbox.protocol.Event;
import dev.nullbox.protocol.Field;
import dev.nullbox.protocol.FieldType;
import dev.nullbox.protocol.Method;
import dev.nullbox.protocol.Service;
import dev.nullbox.protocol.api.Methods;
import dev.nullbox.protocol.api.VaultContract;
import dev.nullbox.protocol.api.VaultEvents;
import dev.nullbox.rpc.RpcException;
import dev.nullbox.rpc.RpcMethod;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * Warden offers what the protocol says, and takes the parameters that it and docs/vault-methods.md say, which is found out by
 * calling it.
 */
class VaultMethodsDocumentTest {
    private static final Path DOCUMENT = Path.of("../docs/vault-methods.md");
    private static final Path SOURCES = Path.of("src/main/java/dev/nullbox/warden");

    /** A method whose parameters go together as the protocol does not say, once for each way to call it. */
    private static final Pattern ROW = pattern("^\\| `(vault\\.\\w+)` \\| (.*?) ?\\|");

    private static final Pattern EVENT = pattern("VaultEvents\\.([A-Z_]+)");

    @Test
    void offersEveryMethodToItsCallers() throws Exception {
        Map<String, Set<String>> callers = new HashMap<>();
        for (RpcMethod method : DocumentedCall.methods()) {
            callers.put(method.name(), method.callers());
        }
        assertThat(callers)
                .isEqualTo(vault().collect(Collectors.toMap(
                        Method::name, method -> method.audience().users())));
        assertThat(callers.values()).containsOnly(Set.of("root"), Set.of("root", "gate"), Set.of("root", "gateway"));
    }

    @Test
    void everyMethodTakesTheParametersThatItIsSaidToTake() throws Exception {
        for (DocumentedCall call : calls()) {
            assertThat(call.refusal(call.call())).as("%s", call).isEmpty();
            for (String name : call.may()) {
                assertThat(call.refusal(call.without(name)))
                        .as("%s without %s", call, name)
                        .isEmpty();
            }
            for (List<String> choice : call.needs()) {
                String first = choice.getFirst();
                assertThat(call.refusal(call.without(first)))
                        .as("%s without %s", call, first)
                        .isPresent();
                for (String other : choice.subList(1, choice.size())) {
                    JsonObject both = call.with(other, call.value(other));
                    assertThat(call.refusal(both))
                            .as("%s with %s and %s", call, first, other)
                            .isPresent();
                    both.remove(first);
                    assertThat(call.refusal(both)).as("%s with %s", call, other).isEmpty();
                }
            }
        }
    }

    /** Whatever a parameter is called, its name stands in the protocol: so every name that does is tried. */
    @Test
    void noMethodTakesAnyOther() throws Exception {
        Set<String> words = Methods.ALL.stream()
                .flatMap(method -> method.request().stream())
                .map(Field::name)
                .collect(Collectors.toCollection(TreeSet::new));
        words.addAll(ref().all());
        assertThat(words)
                .containsAll(DocumentedCall.VALUES.keySet().stream()
                        .map(name -> name.substring(name.indexOf(' ') + 1))
                        .toList());
        for (DocumentedCall call : calls()) {
            Set<String> elsewhere = calls().stream()
                    .filter(one -> one.method().equals(call.method()) && one.ref() == call.ref())
                    .flatMap(one -> one.all().stream())
                    .collect(Collectors.toSet());
            for (String word : words) {
                if (call.all().contains(word)) {
                    continue;
                }
                Optional<RpcException> refusal = call.refusal(call.with(word, new JsonPrimitive(true)));
                assertThat(refusal).as("%s with %s", call, word).isPresent();
                if (!elsewhere.contains(word)) {
                    assertThat(List.of(
                                    refusal.get().detail(),
                                    refusal.get().field().orElse("")))
                            .as("%s with %s", call, word)
                            .isEqualTo(List.of("UNKNOWN", call.ref() ? "refs[0]." + word : word));
                }
            }
        }
    }

    @Test
    void tellsEveryEvent() throws Exception {
        Set<String> declared = Arrays.stream(VaultEvents.class.getFields())
                .filter(field -> field.getType() == Event.class)
                .map(java.lang.reflect.Field::getName)
                .collect(Collectors.toSet());
        Set<String> told = new TreeSet<>();
        try (Stream<Path> files = Files.walk(SOURCES).filter(Files::isRegularFile)) {
            for (Path file : files.toList()) {
                EVENT.matcher(Files.readString(file)).results().forEach(name -> told.add(name.group(1)));
            }
        }
        assertThat(declared).hasSizeGreaterThan(20).isSubsetOf(told);
    }

    private static List<DocumentedCall> calls() throws IOException {
        List<DocumentedCall> calls = new ArrayList<>();
        for (MatchResult row : ROW.matcher(Files.readString(DOCUMENT)).results().toList()) {
            calls.add(DocumentedCall.of(row.group(1), row.group(2)));
        }
        Set<String> documented = calls.stream().map(DocumentedCall::method).collect(Collectors.toSet());
        assertThat(documented).isSubsetOf(vault().map(Method::name).toList()).hasSize(6);
        vault().filter(method -> !documented.contains(method.name()))
                .forEach(method -> calls.add(DocumentedCall.of(method.name(), false, method.request())));
        calls.add(ref());
        return calls;
    }

    private static DocumentedCall ref() {
        FieldType.ListOf<?> refs = (FieldType.ListOf<?>) VaultContract.REFS.type();
        return DocumentedCall.of("vault.lease", true, ((FieldType.Struct) refs.element()).fields());
    }

    private static Stream<Method<?>> vault() {
        return Methods.ALL.stream().filter(method -> method.service() == Service.WARDEN);
    }

    private static Pattern pattern(String expression) {
        return Pattern.compile(expression, Pattern.MULTILINE);
    }
}
