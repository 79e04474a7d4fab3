package dev.nullbox.nullctl.command.memory;

import com.google.gson.JsonElement;
import com.google.gson.JsonNull;
import com.google.gson.JsonPrimitive;
import dev.nullbox.nullctl.client.ApplianceClient;
import dev.nullbox.nullctl.command.BaseCommand;
import dev.nullbox.nullctl.terminal.LocalFile;
import dev.nullbox.nullctl.terminal.SecretInput;
import dev.nullbox.nullctl.terminal.UsageException;
import dev.nullbox.protocol.Fields;
import dev.nullbox.protocol.Message;
import dev.nullbox.protocol.api.MemoryContract;
import dev.nullbox.rpc.Json;
import dev.nullbox.rpc.JsonRpcCodec;
import dev.nullbox.rpc.RpcException;
import dev.nullbox.service.TerminalText;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code nullctl memory put KEY}. */
@Command(
        name = "put",
        description = {
            "Puts a value under a key.",
            "The value is standard input, or a file with --file: a text, or JSON with --as json, or bytes of any kind and size with --as blob (then from a file). One line feed at the end of a text on standard input is taken off."
        },
        footer = {
            "",
            "Examples:",
            "  echo hi | nullctl memory put hello/greeting",
            "  echo '{\"a\":1}' | nullctl memory put hello/plan --as json --expect none",
            "  nullctl memory put hello/photo --as blob --file p.jpg --type image/jpeg"
        })
final class MemoryPutCommand extends BaseCommand {
    private static final int MAX_VALUE_BYTES = JsonRpcCodec.MAX_MESSAGE_BYTES;

    private enum Form {
        text,
        json,
        blob
    }

    @Parameters(paramLabel = "KEY", description = "SPACE/NAME, as hello/greeting.")
    private String key = "";

    @Option(names = "--file", paramLabel = "FILE", description = "Take the value from this file.")
    private @Nullable Path file;

    @Option(names = "--as", paramLabel = "FORM", description = "${COMPLETION-CANDIDATES}; text when not given.")
    private Form form = Form.text;

    @Option(names = "--type", paramLabel = "TYPE", description = "Of a blob: its media type, as image/jpeg.")
    private Optional<String> type = Optional.empty();

    @Option(
            names = "--parent",
            paramLabel = "NODE",
            description = "What the value was made from; may be given more than once.")
    private List<String> parents = List.of();

    @Option(
            names = "--expect",
            paramLabel = "NODE",
            description = "Only if the key holds this: an id, a sequence number, or none for nothing.")
    private Optional<String> expected = Optional.empty();

    @Override
    protected void execute() throws Exception {
        if (form == Form.blob && file == null) {
            throw new UsageException("a blob comes from a file: --file FILE");
        }
        if (form != Form.blob && type.isPresent()) {
            throw new UsageException("--type is for --as blob");
        }
        Message params = Message.of(MemoryContract.KEY.is(key));
        if (form != Form.blob) {
            params = params.and(MemoryContract.VALUE.is(value()));
        }
        params = params.and(MemoryContract.EXPECT, expected.map(MemoryPutCommand::expectation));
        try (ApplianceClient appliance = session().connect()) {
            if (!parents.isEmpty()) {
                params = params.and(MemoryContract.PARENTS.is(NodeRef.ids(appliance, parents)));
            }
            if (form == Form.blob && file != null) {
                try (LocalFile source = LocalFile.open(file)) {
                    params = params.and(MemoryContract.BLOB.is(NodeValue.sendBlob(appliance, source, type)));
                }
            }
            Message put = appliance.call(MemoryContract.PUT, params);
            out().println(TerminalText.line(key) + "@" + put.get(Fields.SEQ) + " "
                    + TerminalText.line(put.get(MemoryContract.ID)));
        }
    }

    private JsonElement value() throws UsageException {
        byte[] bytes = bytes();
        if (bytes.length > MAX_VALUE_BYTES) {
            throw new UsageException("the value has more than " + MAX_VALUE_BYTES + " bytes: --as blob takes it");
        }
        if (form == Form.json) {
            try {
                return Json.parse(bytes);
            } catch (RpcException e) {
                throw new UsageException("the value is no JSON: " + e.getMessage());
            }
        }
        try {
            return new JsonPrimitive(StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString());
        } catch (CharacterCodingException e) {
            throw new UsageException("the value is no UTF-8 text: --as blob takes bytes of any kind");
        }
    }

    private byte[] bytes() throws UsageException {
        if (file != null) {
            return SecretInput.file(file, MAX_VALUE_BYTES);
        }
        try {
            byte[] read = streams().in().readNBytes(MAX_VALUE_BYTES + 3);
            return form == Form.text ? Arrays.copyOf(read, SecretInput.withoutLineEnd(read)) : read;
        } catch (IOException e) {
            throw new UsageException("cannot read standard input: " + e.getMessage());
        }
    }

    private static JsonElement expectation(String expected) {
        if (expected.equals("none")) {
            return JsonNull.INSTANCE;
        }
        boolean seq = expected.length() <= 18 && expected.chars().allMatch(c -> c >= '0' && c <= '9');
        return seq ? new JsonPrimitive(Long.valueOf(expected)) : new JsonPrimitive(expected);
    }
}
