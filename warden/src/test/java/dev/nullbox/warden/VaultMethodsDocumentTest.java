package dev.nullbox.warden;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import com.google.gson.JsonPrimitive;
import dev.nullbox.rpc.Caller;
import dev.nullbox.rpc.EventSink;
import dev.nullbox.rpc.RpcException;
import dev.nullbox.rpc.RpcMethod;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
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
 * docs/vault-methods.md says what the code does. Parameters are found out by calling: each call goes to a warden of its
 * own that has no vault, which looks at its state only when the parameters are right.
 */
class VaultMethodsDocumentTest {
    private static final Path DOCUMENT = Path.of("../docs/vault-methods.md");
    private static final Path SOURCES = Path.of("src/main/java/dev/nullbox/warden");

    private static final Pattern ROW = pattern("^\\| `(vault\\.\\w+)` \\| (\\w+) \\| (.*?) ?\\|");
    private static final Pattern REF = pattern("A ref is `\\{(.*?)\\}`");
    private static final Pattern CODES = pattern("^\\| ((?:`[A-Z_]+`(?:, )?)+) \\| (.+?) \\|");
    private static final Pattern CODE = pattern("`([A-Z_]+)`");
    private static final Pattern EVENT = pattern("`(vault\\.\\w+)`");
    private static final Pattern EMITTED = pattern("emit\\(\\s*\"(vault\\.\\w+)\"");
    private static final Pattern WORD = pattern("\"([a-z][a-z0-9_]*)\"");

    private static final String BYTES = "'" + Base64.getEncoder().encodeToString(new byte[VaultCrypto.KEY_BYTES]) + "'";

    /** A value for each parameter that is right wherever it is one. */
    private static final Map<String, String> VALUES = Map.ofEntries(
            Map.entry("passphrase", BYTES),
            Map.entry("key", BYTES),
            Map.entry("new_passphrase", BYTES),
            Map.entry("new_key", BYTES),
            Map.entry("value", BYTES),
            Map.entry("data", BYTES),
            Map.entry("keep", "true"),
            Map.entry("new_data_key", "true"),
            Map.entry("canary", "true"),
            Map.entry("deleted", "true"),
            Map.entry("overwrite", "true"),
            Map.entry("remove", "1"),
            Map.entry("version", "1"),
            Map.entry("max", "1"),
            Map.entry("offset", "0"),
            Map.entry("wait_ms", "0"),
            Map.entry("reads", "1"),
            Map.entry("ttl_s", "1"),
            Map.entry("bytes", "20000"),
            Map.entry("run", "1"),
            Map.entry("name", "'A'"),
            Map.entry("agent", "'a'"),
            Map.entry("transfer", "'t'"),
            Map.entry("lease", "'L'"),
            Map.entry("host", "'h'"),
            Map.entry("deliver", "'fetch'"),
            Map.entry("vault.list after", "'A'"),
            Map.entry("vault.leases after", "0"),
            Map.entry("names", "['A']"),
            Map.entry("refs", "[{name:'A'}]"));

    /**
     * One way to call a method.
     *
     * @param ref whether the parameters are those of one ref of the call
     * @param needs of each of these lists exactly one
     */
    private record Form(String method, String callers, boolean ref, List<List<String>> needs, List<String> may) {
        /** As a row of the document has them: {@code `a`, `b` or `c`, `d?`}. */
        static Form of(String method, String callers, boolean ref, String parameters) {
            List<List<String>> needs = new ArrayList<>();
            List<String> may = new ArrayList<>();
            String plain = parameters.replaceAll("\\(.*?\\)|:.*|`", "").replace("credential", "passphrase or key");
            for (String parameter : plain.split(", ", -1)) {
                String text = parameter.strip();
                if (text.endsWith("?")) {
                    may.add(text.substring(0, text.length() - 1));
                } else if (!text.isEmpty()) {
                    needs.add(List.of(text.split(" or ", -1)));
                }
            }
            return new Form(method, callers, ref, needs, may);
        }

        Set<String> all() {
            Set<String> all = new TreeSet<>(may);
            needs.forEach(all::addAll);
            return all;
        }

        /** A call with all that may be there together. */
        JsonObject call() {
            JsonObject call = new JsonObject();
            Stream.concat(needs.stream().map(List::getFirst), may.stream())
                    .forEach(name -> call.add(name, value(name)));
            return call;
        }

        JsonObject without(String name) {
            JsonObject call = call();
            call.remove(name);
            return call;
        }

        JsonObject with(String name, JsonElement value) {
            JsonObject call = call();
            call.add(name, value);
            return call;
        }

        JsonElement value(String name) {
            String value = VALUES.getOrDefault(method + " " + name, VALUES.getOrDefault(name, ""));
            assertThat(value).as("a value for " + name).isNotEmpty();
            return JsonParser.parseString(value);
        }

        /** Why the parameters are refused, if they are. */
        Optional<RpcException> refusal(JsonObject parameters) throws IOException {
            RpcMethod called = methods().stream()
                    .filter(one -> one.name().equals(method))
                    .findFirst()
                    .orElseThrow(() -> new AssertionError("no " + method));
            try {
                called.handler().handle(new Caller("root", "root"), ref ? around(parameters) : parameters);
                return Optional.empty();
            } catch (RpcException e) {
                return Optional.of(e).filter(refusal -> refusal.code() == RpcException.Code.INVALID_PARAMS);
            }
        }

        private static JsonObject around(JsonObject ref) {
            JsonArray refs = new JsonArray();
            refs.add(ref);
            JsonObject call = JsonParser.parseString("{agent:'a', run:1}").getAsJsonObject();
            call.add("refs", refs);
            return call;
        }
    }

    @Test
    void namesEveryMethodWithItsCallers() throws Exception {
        Map<String, String> callers = new HashMap<>();
        for (RpcMethod method : methods()) {
            callers.put(method.name(), method.callers().equals(VaultService.ROOT) ? "root" : "operator");
            assertThat(method.callers()).as(method.name()).isIn(VaultService.ROOT, VaultService.OPERATORS);
        }
        assertThat(forms()).allSatisfy(form -> assertThat(form.callers()).isEqualTo(callers.get(form.method())));
        assertThat(forms().stream().map(Form::method).collect(Collectors.toSet()))
                .isEqualTo(callers.keySet());
    }

    @Test
    void everyMethodTakesTheParametersThatItIsSaidToTake() throws Exception {
        for (Form form : forms()) {
            assertThat(form.refusal(form.call())).as("%s", form).isEmpty();
            for (String name : form.may()) {
                assertThat(form.refusal(form.without(name)))
                        .as("%s without %s", form, name)
                        .isEmpty();
            }
            for (List<String> choice : form.needs()) {
                String first = choice.getFirst();
                assertThat(form.refusal(form.without(first)))
                        .as("%s without %s", form, first)
                        .isPresent();
                for (String other : choice.subList(1, choice.size())) {
                    JsonObject both = form.with(other, form.value(other));
                    assertThat(form.refusal(both))
                            .as("%s with %s and %s", form, first, other)
                            .isPresent();
                    both.remove(first);
                    assertThat(form.refusal(both)).as("%s with %s", form, other).isEmpty();
                }
            }
        }
    }

    /** Whatever a parameter is called, its name stands in the code: so every word that does is tried. */
    @Test
    void noMethodTakesAnyOther() throws Exception {
        List<String> words = sources(WORD);
        assertThat(words)
                .containsAll(VALUES.keySet().stream()
                        .map(name -> name.substring(name.indexOf(' ') + 1))
                        .toList());
        for (Form form : forms()) {
            Set<String> elsewhere = forms().stream()
                    .filter(one -> one.method().equals(form.method()) && one.ref() == form.ref())
                    .flatMap(one -> one.all().stream())
                    .collect(Collectors.toSet());
            for (String word : words) {
                if (form.all().contains(word)) {
                    continue;
                }
                Optional<RpcException> refusal = form.refusal(form.with(word, new JsonPrimitive(true)));
                assertThat(refusal).as("%s with %s", form, word).isPresent();
                if (!elsewhere.contains(word)) {
                    assertThat(List.of(
                                    refusal.get().detail(),
                                    refusal.get().field().orElse("")))
                            .as("%s with %s", form, word)
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

    private static List<Form> forms() throws IOException {
        List<Form> forms = new ArrayList<>();
        String document = Files.readString(DOCUMENT);
        for (MatchResult row : found(ROW, document)) {
            forms.add(Form.of(row.group(1), row.group(2), false, row.group(3)));
        }
        for (MatchResult ref : found(REF, document)) {
            forms.add(Form.of("vault.lease", "root", true, ref.group(1)));
        }
        assertThat(forms).filteredOn(Form::ref).hasSize(1);
        return forms;
    }

    static List<RpcMethod> methods() throws IOException {
        VaultKeeper keeper = VaultKeeper.of(Vaults.store(new MemoryFiles(), 1), () -> 0);
        Leases leases = new Leases(() -> Instant.EPOCH, () -> 0);
        EventSink nowhere = new EventSink(OutputStream.nullOutputStream());
        return new VaultService(keeper, new Transfers(keeper, () -> 0), leases, nowhere, true).methods();
    }

    private static String section(String title) throws IOException {
        return Arrays.stream(Files.readString(DOCUMENT).split("\n## ", -1))
                .filter(section -> section.startsWith(title + "\n"))
                .findFirst()
                .orElseThrow(() -> new AssertionError("no section " + title));
    }

    private static List<String> sources(Pattern pattern) throws IOException {
        StringBuilder code = new StringBuilder();
        try (Stream<Path> files = Files.list(SOURCES)) {
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
