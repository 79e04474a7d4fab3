package dev.nullbox.nullctl;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import dev.nullbox.gateway.CertificatesExtension;
import dev.nullbox.gateway.FakeAppliance;
import dev.nullbox.gateway.TestCertificates;
import dev.nullbox.nullctl.terminal.Streams;
import dev.nullbox.protocol.CallReason;
import dev.nullbox.protocol.api.TransferContract;
import dev.nullbox.rpc.Codec;
import dev.nullbox.rpc.RpcException;
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
public abstract class NullctlTestCase {
    private final TestCertificates certificates;

    @TempDir
    private Path sockets = Path.of("");

    private Optional<FakeAppliance> running = Optional.empty();
    private Optional<Streams.Terminal> terminal = Optional.empty();
    private byte[] input = new byte[0];
    private ByteArrayOutputStream out = new ByteArrayOutputStream();
    private ByteArrayOutputStream err = new ByteArrayOutputStream();

    public NullctlTestCase(TestCertificates certificates) {
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

    protected final FakeAppliance appliance() {
        return running.orElseThrow();
    }

    protected final TestCertificates certificates() {
        return certificates;
    }

    /** Standard input of the next commands. */
    protected final void type(String text) {
        input = text.getBytes(StandardCharsets.UTF_8);
    }

    protected final void type(byte[] bytes) {
        input = bytes;
    }

    /** From now on a person sits at a terminal and answers each question with the next of these. */
    protected final void sitAtTerminal(String... answers) {
        var left = List.of(answers).iterator();
        terminal = Optional.of(_ -> left.hasNext() ? Optional.of(left.next().toCharArray()) : Optional.empty());
    }

    protected final void useTerminalNoMore() {
        terminal = Optional.empty();
    }

    protected final void useTerminal(Streams.Terminal given) {
        terminal = Optional.of(given);
    }

    /** Runs one command as the operator; its exit code. */
    protected final int run(String... args) {
        return runAs("good", args);
    }

    protected final int runAs(String credentials, String... args) {
        Stream<String> where = Stream.of(
                "--address",
                "127.0.0.1:" + appliance().port(),
                "--credentials",
                certificates.directory(credentials).toString());
        return runAlone(Stream.concat(where, Arrays.stream(args)).toArray(String[]::new));
    }

    /** Runs one command without the options that say where the appliance is. */
    protected final int runAlone(String... args) {
        return NullctlMain.run(io(Map.of()), args);
    }

    /** Fresh output for each run. */
    protected final Streams io(Map<String, String> environment) {
        out = new ByteArrayOutputStream();
        err = new ByteArrayOutputStream();
        return Streams.of(new ByteArrayInputStream(input), out, err, environment, terminal);
    }

    protected final String out() {
        return out.toString(StandardCharsets.UTF_8);
    }

    protected final byte[] outBytes() {
        return out.toByteArray();
    }

    protected final String err() {
        return err.toString(StandardCharsets.UTF_8);
    }

    /** The parameters of the method's calls so far. */
    protected final List<JsonObject> asked(String method) {
        return appliance().asked().stream()
                .filter(asked -> asked.startsWith(method + " "))
                .map(asked -> JsonParser.parseString(asked.substring(method.length() + 1))
                        .getAsJsonObject())
                .toList();
    }

    protected static JsonObject json(String text) {
        return JsonParser.parseString(text).getAsJsonObject();
    }

    protected static String base64(String text) {
        return Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));
    }

    protected static String decoded(JsonObject params, String member) {
        return new String(Base64.getDecoder().decode(params.get(member).getAsString()), StandardCharsets.UTF_8);
    }

    /** One piece of a file, as the appliance's transfers have them. */
    protected static JsonObject piece(JsonObject params, byte[] file) {
        int from = params.get("offset").getAsInt();
        int to = Math.min(file.length, from + TransferContract.CHUNK_BYTES);
        return Codec.encode(
                TransferContract.DATA.is(Arrays.copyOfRange(file, from, to)),
                TransferContract.END.is(to == file.length));
    }

    /** Takes one piece of a file, which must be the next one. */
    protected static JsonElement written(JsonObject params, ByteArrayOutputStream received) throws RpcException {
        if (params.get("offset").getAsInt() != received.size() || params.has("transfer") != (received.size() > 0)) {
            throw new RpcException(CallReason.TRANSFER_OFFSET, "not the next piece", "offset");
        }
        received.writeBytes(Base64.getDecoder().decode(params.get("data").getAsString()));
        return json("{\"transfer\":\"t2\",\"bytes\":" + received.size() + "}");
    }
}
