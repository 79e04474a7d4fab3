package dev.nullbox.nullctl;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import dev.nullbox.gateway.CertificatesExtension;
import dev.nullbox.gateway.FakeAppliance;
import dev.nullbox.gateway.TestCertificates;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** The command line against a real gateway with fake services behind it. */
@ExtendWith(CertificatesExtension.class)
abstract class NullctlTestCase {
    private final TestCertificates certificates;

    @TempDir
    private Path sockets = Path.of("");

    private Optional<FakeAppliance> running = Optional.empty();
    private Optional<Io.Terminal> terminal = Optional.empty();
    private byte[] input = new byte[0];
    private ByteArrayOutputStream out = new ByteArrayOutputStream();
    private ByteArrayOutputStream err = new ByteArrayOutputStream();

    NullctlTestCase(TestCertificates certificates) {
        this.certificates = certificates;
    }

    @BeforeEach
    void boot() throws Exception {
        running = Optional.of(new FakeAppliance(sockets, certificates.directory("good")));
    }

    @AfterEach
    void shutDown() {
        running.ifPresent(FakeAppliance::close);
    }

    final FakeAppliance appliance() {
        return running.orElseThrow();
    }

    final TestCertificates certificates() {
        return certificates;
    }

    /** What the next commands read. */
    final void type(String text) {
        input = text.getBytes(StandardCharsets.UTF_8);
    }

    final void type(byte[] bytes) {
        input = bytes;
    }

    /** From now on a person sits at a terminal and answers each question with the next of these. */
    final void sitAtTerminal(String... answers) {
        var left = List.of(answers).iterator();
        terminal = Optional.of(_ -> left.hasNext() ? Optional.of(left.next().toCharArray()) : Optional.empty());
    }

    final void useTerminalNoMore() {
        terminal = Optional.empty();
    }

    final void useTerminal(Io.Terminal given) {
        terminal = Optional.of(given);
    }

    /** Runs one command as the operator; its exit code. */
    final int run(String... args) {
        return runAs("good", args);
    }

    final int runAs(String credentials, String... args) {
        Stream<String> where = Stream.of(
                "--address",
                "127.0.0.1:" + appliance().port(),
                "--credentials",
                certificates.directory(credentials).toString());
        return runAlone(Stream.concat(where, Arrays.stream(args)).toArray(String[]::new));
    }

    /** Runs one command without the options that say where the appliance is. */
    final int runAlone(String... args) {
        return NullctlMain.run(io(Map.of()), args);
    }

    /** Fresh output for each run. */
    final Io io(Map<String, String> environment) {
        out = new ByteArrayOutputStream();
        err = new ByteArrayOutputStream();
        return Io.of(new ByteArrayInputStream(input), out, err, environment, terminal);
    }

    final String out() {
        return out.toString(StandardCharsets.UTF_8);
    }

    final byte[] outBytes() {
        return out.toByteArray();
    }

    final String err() {
        return err.toString(StandardCharsets.UTF_8);
    }

    /** The parameters of the method's calls so far. */
    final List<JsonObject> asked(String method) {
        return appliance().asked().stream()
                .filter(asked -> asked.startsWith(method + " "))
                .map(asked -> JsonParser.parseString(asked.substring(method.length() + 1))
                        .getAsJsonObject())
                .toList();
    }

    static JsonObject json(String text) {
        return JsonParser.parseString(text).getAsJsonObject();
    }

    static String base64(String text) {
        return Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));
    }

    static String decoded(JsonObject params, String member) {
        return new String(Base64.getDecoder().decode(params.get(member).getAsString()), StandardCharsets.UTF_8);
    }
}
