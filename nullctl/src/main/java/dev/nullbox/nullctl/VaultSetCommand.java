package dev.nullbox.nullctl;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Base64;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

/** {@code nullctl vault set NAME}: the value comes from a prompt, standard input or a file, never from an argument. */
@Command(
        name = "set",
        mixinStandardHelpOptions = true,
        description = {
            "Sets a secret, or a new version of it.",
            "The value comes from a prompt that does not show it, or, when standard input is no terminal, from there:"
                    + " one line feed at its end (with a carriage return before it, if there is one) is taken off, as"
                    + " echo and text editors add it. With --from-file it is the file's bytes, all of them.",
        })
final class VaultSetCommand implements Callable<Integer> {
    /** Warden's own limit; one byte more is read, so that warden's message is for what was really given. */
    private static final int MAX_VALUE_BYTES = 64 * 1024;

    @ParentCommand
    private @Nullable VaultCommand parent;

    @Parameters(paramLabel = "NAME", description = "1 to 64 of A-Z a-z 0-9 _, no digit first.")
    private String name = "";

    @Option(names = "--from-file", paramLabel = "FILE", description = "Take the value from this file, unchanged.")
    private @Nullable Path file;

    @Override
    public Integer call() throws Exception {
        NullctlMain main = VaultCommand.main(parent);
        byte[] value = value(main.io());
        try {
            if (value.length == 0) {
                throw new UsageException("the value has no bytes: nothing was set");
            }
            if (value.length > MAX_VALUE_BYTES) {
                throw new UsageException("the value has more than " + MAX_VALUE_BYTES + " bytes: nothing was set");
            }
            JsonObject params = Commands.params("name", name);
            params.addProperty("value", Base64.getEncoder().encodeToString(value));
            JsonElement set = Commands.call(main, "vault.set", params);
            String version = set instanceof JsonObject info ? Table.cell("version", info.get("version")) : "-";
            main.io().out().println(Printable.line(name) + " set, version " + version);
        } finally {
            Arrays.fill(value, (byte) 0);
        }
        return 0;
    }

    private byte[] value(Io io) throws UsageException {
        Path source = file;
        if (source != null) {
            try (InputStream in = Files.newInputStream(source)) {
                return in.readNBytes(MAX_VALUE_BYTES + 1);
            } catch (IOException e) {
                throw new UsageException(
                        "cannot read " + source + ": " + e.getClass().getSimpleName());
            }
        }
        if (io.prompt().isPresent()) {
            return typed(io.prompt().get());
        }
        try {
            return withoutLineEnd(io.in().readNBytes(MAX_VALUE_BYTES + 3));
        } catch (IOException e) {
            throw new UsageException("cannot read standard input: " + e.getMessage());
        }
    }

    private byte[] typed(Io.Prompt prompt) {
        Optional<char[]> typed = prompt.ask("Value of " + Printable.line(name) + " (not shown): ");
        if (typed.isEmpty()) {
            return new byte[0];
        }
        ByteBuffer encoded = StandardCharsets.UTF_8.encode(CharBuffer.wrap(typed.get()));
        byte[] value = new byte[encoded.remaining()];
        encoded.get(value).rewind();
        while (encoded.hasRemaining()) {
            encoded.put((byte) 0);
        }
        Arrays.fill(typed.get(), '\0');
        return value;
    }

    /** Takes off one line end, and wipes what it was read into. */
    private static byte[] withoutLineEnd(byte[] read) {
        int length = read.length;
        if (length > 0 && read[length - 1] == '\n') {
            length--;
            if (length > 0 && read[length - 1] == '\r') {
                length--;
            }
        }
        byte[] value = Arrays.copyOf(read, length);
        Arrays.fill(read, (byte) 0);
        return value;
    }
}
