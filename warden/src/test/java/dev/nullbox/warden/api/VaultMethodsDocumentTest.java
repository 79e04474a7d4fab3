package dev.nullbox.warden.api;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import com.google.gson.JsonPrimitive;
import dev.nullbox.rpc.RpcException;
import dev.nullbox.rpc.RpcMethod;
import dev.nullbox.warden.vault.VaultCode;
import dev.nullbox.warden.vault.VaultException;
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
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** docs/vault-methods.md says what the code does; what parameters a method takes is found out by calling it. */
class VaultMethodsDocumentTest {
    private static final Path DOCUMENT = Path.of("../docs/vault-methods.md");
    private static final Path SOURCES = Path.of("src/main/java/dev/nullbox/warden");

    private static final Pattern ROW = pattern("^\\| `(vault\\.\\w+)` \\| (\\w+) \\| (.*?) ?\\|");
    private static final Pattern REF = pattern("A ref is `\\{(.*?)\\}`");
    private static final Pattern CODES = pattern("^\\| ((?:`[A-Z_]+`(?:, )?)+) \\| (.+?) \\|");
    private static final Pattern CODE = pattern("`([A-Z_]+)`");
    private static final Pattern EVENT = pattern("`(vault\\.\\w+)`");
    /** The name of an event is followed by its fields, that of a method is not. */
    private static final Pattern EMITTED = pattern("\"(vault\\.\\w+)\",\\s*(?:Map\\.|fields|told|asked|with|Audit\\.)");

    private static final Pattern WORD = pattern("\"([a-z][a-z0-9_]*)\"");

    @Test
    void namesEveryMethodWithItsCallers() throws Exception {
        Map<String, String> callers = new HashMap<>();
        for (RpcMethod method : DocumentedCall.methods()) {
            callers.put(method.name(), method.callers().equals(VaultService.ROOT) ? "root" : "operator");
            assertThat(method.callers()).as(method.name()).isIn(VaultService.ROOT, VaultService.OPERATORS);
        }
        assertThat(calls()).allSatisfy(call -> assertThat(call.callers()).isEqualTo(callers.get(call.method())));
        assertThat(calls().stream().map(DocumentedCall::method).collect(Collectors.toSet()))
                .isEqualTo(callers.keySet());
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

    /** Whatever a parameter is called, its name stands in the code: so every word that does is tried. */
    @Test
    void noMethodTakesAnyOther() throws Exception {
        List<String> words = sources(WORD);
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
                            .isEqualTo(List.of("UNKNOWN", word));
                }
            }
        }
    }

    @Test
    void namesEveryCodeWithItsKind() throws Exception {
        Map<String, String> documented = new HashMap<>();
        for (MatchResult row : found(CODES, section("Errors"))) {
            List<String> codes = found(CODE, row.group(1)).stream()
                    .map(code -> code.group(1))
                    .toList();
            boolean ofAFile = row.group(2).contains("; INVALID_PARAMS for an imported file");
            List<String> kinds = List.of(row.group(2).replaceAll(";.*", "").split(", ", -1));
            assertThat(kinds.size()).as(row.group()).isIn(1, codes.size());
            for (int i = 0; i < codes.size(); i++) {
                String kind = kinds.get(kinds.size() == 1 ? 0 : i) + (ofAFile ? " INVALID_PARAMS" : "");
                assertThat(documented.put(codes.get(i), kind)).as(codes.get(i)).isNull();
            }
        }
        Map<String, String> expected = new HashMap<>();
        for (VaultCode code : VaultCode.values()) {
            RpcException.Code kind = kind(code, RpcException.Code.UNAVAILABLE);
            RpcException.Code imported = kind(code, RpcException.Code.INVALID_PARAMS);
            expected.put(code.name(), kind == imported ? kind.name() : kind + " " + imported);
        }
        assertThat(documented).isEqualTo(expected);
    }

    @Test
    void namesEveryEvent() throws Exception {
        Set<String> documented = found(EVENT, section("Events")).stream()
                .map(event -> event.group(1))
                .collect(Collectors.toSet());
        assertThat(documented).isEqualTo(Set.copyOf(sources(EMITTED)));
    }

    private static RpcException.Code kind(VaultCode code, RpcException.Code fileFailure) {
        try {
            return Answers.ask(
                    () -> {
                        throw new VaultException(code, "");
                    },
                    fileFailure);
        } catch (RpcException e) {
            return e.code();
        }
    }

    private static List<DocumentedCall> calls() throws IOException {
        List<DocumentedCall> calls = new ArrayList<>();
        String document = Files.readString(DOCUMENT);
        for (MatchResult row : found(ROW, document)) {
            calls.add(DocumentedCall.of(row.group(1), row.group(2), false, row.group(3)));
        }
        for (MatchResult ref : found(REF, document)) {
            calls.add(DocumentedCall.of("vault.lease", "root", true, ref.group(1)));
        }
        assertThat(calls).filteredOn(DocumentedCall::ref).hasSize(1);
        return calls;
    }

    private static String section(String title) throws IOException {
        return Arrays.stream(Files.readString(DOCUMENT).split("\n## ", -1))
                .filter(section -> section.startsWith(title + "\n"))
                .findFirst()
                .orElseThrow(() -> new AssertionError("no section " + title));
    }

    private static List<String> sources(Pattern pattern) throws IOException {
        StringBuilder code = new StringBuilder();
        try (Stream<Path> files = Files.walk(SOURCES).filter(Files::isRegularFile)) {
            for (Path file : files.toList()) {
                code.append(Files.readString(file));
            }
        }
        return found(pattern, code.toString()).stream()
                .map(word -> word.group(1))
                .distinct()
                .toList();
    }

    private static List<MatchResult> found(Pattern pattern, String text) {
        List<MatchResult> found = pattern.matcher(text).results().toList();
        assertThat(found).as(pattern.toString()).isNotEmpty();
        return found;
    }

    private static Pattern pattern(String expression) {
        return Pattern.compile(expression, Pattern.MULTILINE);
    }
}
