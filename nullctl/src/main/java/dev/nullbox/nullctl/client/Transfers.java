package dev.nullbox.nullctl.client;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import dev.nullbox.nullctl.terminal.LocalFile;
import dev.nullbox.nullctl.terminal.LocalFileException;
import dev.nullbox.nullctl.terminal.NewFile;
import dev.nullbox.nullctl.terminal.UsageException;
import dev.nullbox.rpc.RpcException;
import java.util.Arrays;
import java.util.Base64;

/**
 * Files to and from the appliance, in pieces that fit one message each: a first call says how much, calls with
 * {@code transfer} and {@code offset} carry {@code data}, and of a file that was sent a last call says what to do with it.
 */
public final class Transfers {
    /** So that with base 64 and the rest of the message a piece fits one message. */
    private static final int MAX_PIECE_BYTES = 512 * 1024;

    private Transfers() {}

    /** Receives a file; its bytes. */
    public static long receive(ApplianceClient appliance, String method, JsonObject first, NewFile into)
            throws RpcException, CannotConnectException, LocalFileException {
        Answer begun = Answer.of(method, appliance.call(method, first));
        long bytes = begun.count("bytes");
        JsonObject params = ApplianceClient.params("transfer", begun.string("transfer"));
        long offset = 0;
        boolean done = bytes == 0;
        while (!done) {
            params.addProperty("offset", offset);
            Answer piece = Answer.of(method, appliance.call(method, params));
            byte[] data = piece.bytes("data");
            if (data.length == 0 || piece.count("next") != offset + data.length) {
                throw broken(
                        method,
                        "a piece at " + offset + " with " + data.length + " bytes and next " + piece.count("next"));
            }
            into.write(data);
            offset += data.length;
            done = piece.isTrue("done");
        }
        if (offset != bytes) {
            throw broken(method, offset + " of " + bytes + " bytes");
        }
        return bytes;
    }

    /** Sends a file; the answer to the last call, whose own parameters are given. */
    public static Answer send(ApplianceClient appliance, String method, LocalFile source, JsonObject last)
            throws RpcException, CannotConnectException, UsageException {
        JsonObject first = new JsonObject();
        first.addProperty("bytes", source.bytes());
        Answer begun = Answer.of(method, appliance.call(method, first));
        String transfer = begun.string("transfer");
        int piece = Math.clamp(begun.count("chunk"), 1, MAX_PIECE_BYTES);
        long offset = 0;
        while (offset < source.bytes()) {
            byte[] data = source.read(piece);
            JsonObject params = ApplianceClient.params("transfer", transfer);
            params.addProperty("offset", offset);
            params.addProperty("data", Base64.getEncoder().encodeToString(data));
            Arrays.fill(data, (byte) 0);
            offset += data.length;
            long next = Answer.of(method, appliance.call(method, params)).count("next");
            if (next != offset) {
                throw broken(method, "took " + next + " of " + offset + " bytes");
            }
        }
        last.addProperty("transfer", transfer);
        JsonElement result = appliance.call(method, last);
        return Answer.of(method, result);
    }

    private static RpcException broken(String method, String what) {
        return new RpcException(
                RpcException.Code.INTERNAL, "UNEXPECTED", "the appliance's " + method + " is broken: " + what);
    }
}
